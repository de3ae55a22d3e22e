# Said when a step that ran is taken back: what it leaves for good, and the list that the step has made of it.
if [ -e pid ]; then
  echo "$stays"
  if [ -s lasting ]; then
    head -n 20 lasting | sed 's/^/  /'
    [ "$(wc -l <lasting)" -le 20 ] || echo "  and more: $PWD/lasting"
  fi
fi
