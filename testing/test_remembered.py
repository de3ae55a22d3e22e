from gate.remembered import remembered


def test_the_same_object_is_asked_about_once_and_an_equal_one_again() -> None:
    asked: list[dict[str, int]] = []

    @remembered(2)
    def size(of: dict[str, int], language: str) -> str:
        asked.append(of)
        return f"{len(of)} {language}"

    one, equal = {"a": 1}, {"a": 1}
    assert [size(one, "en"), size(one, "en"), size(equal, "en"), size(one, "fr")] == ["1 en", "1 en", "1 en", "1 fr"]
    assert [id(of) for of in asked] == [id(one), id(equal), id(one)]


def test_no_object_takes_the_place_of_one_that_is_gone() -> None:
    @remembered(1)
    def first(of: list[int]) -> int:
        return of[0]

    assert [first([number]) for number in range(100)] == [*range(100)]
