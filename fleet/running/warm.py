"""Imported last by the process that workers are forked from: what every audit would otherwise read and compile anew."""

import gc

from fixtures.ask.secret_forms import FORMS
from gate.sentence import LANGUAGES, locale
from reports.pages.rendering import compile_templates

for language in LANGUAGES:
    locale(language)
compile_templates()
patterns = [form.pattern for form in FORMS]  # each is compiled at its first use
gc.freeze()  # what is shared with the workers stays shared
