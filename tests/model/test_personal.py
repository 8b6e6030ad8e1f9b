"""Personal data in texts: what is found, what is let pass, and that nothing planted gets out (第二十条)."""

import random
from collections.abc import Callable

import pytest

from wz.model.personal import Public, place, redacted, scan

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
CHINESE = str.maketrans("0123456789", "零一二三四五六七八九")
CHINESE_ZERO = str.maketrans("0123456789", "〇一二三四五六七八九")
FORMAL = str.maketrans("0123456789", "零壹贰叁肆伍陆柒捌玖")
CIRCLED = str.maketrans("0123456789", "⓪①②③④⑤⑥⑦⑧⑨")
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
OTHER_SCRIPT = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def identity(chance: random.Random) -> str:
    """An invented number by GB 11643, its check digit computed here by the standard's weights."""
    body = chance.choice(["360727", "110105", "440301", "511322", "650102"])
    body += (
        f"{chance.randint(1930, 2020)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}{chance.randint(0, 999):03}"
    )
    return body + "10X98765432"[sum(int(one) * weight for one, weight in zip(body, WEIGHTS, strict=True)) % 11]


def old_identity(chance: random.Random) -> str:
    whole = identity(chance)
    return whole[:6] + whole[8:17] if whole[6:8] == "19" else old_identity(chance)


def mobile(chance: random.Random) -> str:
    return f"1{chance.randint(3, 9)}{chance.randint(0, 10**9 - 1):09}"


def bank_card(chance: random.Random) -> str:
    """An invented number of 16 to 19 digits, the last by Luhn's rule: from the right every second one is doubled."""
    body = chance.choice(["622202", "621700", "436742", "955880", "601382"])
    body += "".join(str(chance.randint(0, 9)) for _ in range(chance.choice([16, 17, 18, 19]) - 7))
    doubled = [int(one) * 2 if number % 2 == 0 else int(one) for number, one in enumerate(reversed(body))]
    return body + str(-sum(one - 9 if one > 9 else one for one in doubled) % 10)


def grouped(number: str, by: str, sizes: tuple[int, ...] = (3, 4, 4, 4, 4)) -> str:
    parts, rest = [], number
    for size in sizes:
        parts.append(rest[:size])
        rest = rest[size:]
    return by.join(part for part in [*parts, rest] if part)


def upper_half_wide(number: str) -> str:
    half = len(number) // 2
    return number[:half].translate(FULL_WIDTH) + number[half:]


SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": lambda n: n,
    "full-width": lambda n: n.translate(FULL_WIDTH),
    "half full-width": upper_half_wide,
    "spaced": lambda n: grouped(n, " "),
    "full-width blanks": lambda n: grouped(n.translate(FULL_WIDTH), "　"),
    "hyphenated": lambda n: grouped(n, "-"),
    "full-width hyphens": lambda n: grouped(n, "－"),
    "long dashes": lambda n: grouped(n, "——"),
    "dotted": lambda n: grouped(n, "."),
    "digit by digit": lambda n: " ".join(n),
    "digit by digit, dashes": lambda n: "-".join(n),
    "blank and dash": lambda n: grouped(n, " - "),
    "over two lines": lambda n: grouped(n, "\n", (6,)),
    "zero-width": lambda n: grouped(n, "\u200b"),
    "no-break": lambda n: grouped(n, "\u00a0"),
    "over two lines of Windows": lambda n: grouped(n, "\r\n", (6,)),
    "circled": lambda n: n.translate(CIRCLED),
    "raised": lambda n: n.translate(RAISED),
    "key caps": lambda n: "".join(f"{one}\ufe0f\u20e3" for one in n),
    "pasted blanks": lambda n: grouped(n, "&nbsp;"),
    "pasted markup": lambda n: f"<b>{n[:6]}</b><i>{n[6:]}</i>",
    "Chinese": lambda n: n.translate(CHINESE),
    "Chinese, round zero": lambda n: n.translate(CHINESE_ZERO),
    "Chinese, said aloud": lambda n: n.translate(CHINESE).replace("一", "幺"),
    "Chinese, formal": lambda n: n.translate(FORMAL),
    "Chinese and Arabic": lambda n: n[:4].translate(CHINESE) + n[4:],
    "other script": lambda n: n.translate(OTHER_SCRIPT),
    "mathematical": lambda n: "".join(chr(0x1D7D8 + int(one)) if one.isdigit() else one for one in n),
    "letters for digits": lambda n: n[0] + n[1:-1].replace("0", "O").replace("1", "l") + n[-1],
    "small x": lambda n: n.replace("X", "x"),
    "sign for X": lambda n: n.replace("X", "×"),
    "country code": lambda n: "+86 " + n,
    "country code, zeros": lambda n: "0086" + n,
    "in the middle of digits": lambda n: "99" + n + "07",
    "behind a date": lambda n: "20190509" + n,
    "before a number": lambda n: n + " 2019",
    "over two lines, in the middle of digits": lambda n: "201" + grouped(n, "\n", (6,)) + "2",
    "zero-width, in the middle of digits": lambda n: "201" + grouped(n, "\u200b") + "2",
    "in brackets": lambda n: f"({n[:3]}){n[3:]}",
}
AROUND = ("", "请联系张先生", "尾号为", "2019年5月9日来电", "统一", "No.", "人民路12号，", "一、", "\n\n")
BEHIND = ("", "。", "核实", "2019年5月", "（本人）", "\n此复", "，一式两份", "元", "abc")
MAKERS = {"identity": identity, "mobile": mobile, "bank-card": bank_card}


def remaining_digits(text: str) -> str:
    """Every digit of the text in any spelling, read by a table of this test's own."""
    back = {
        value: chr(key)
        for table in (FULL_WIDTH, CHINESE, CHINESE_ZERO, FORMAL, OTHER_SCRIPT)
        for key, value in ((key, chr(value)) for key, value in table.items())
    }
    back |= {"幺": "1", "O": "0", "l": "1"} | {chr(0x1D7D8 + n): str(n) for n in range(10)}
    return "".join(one for one in (back.get(one, one) for one in text) if one.isdigit())


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("kind", MAKERS)
def test_nothing_planted_gets_out(kind: str, spelling: str) -> None:
    """Numbers in each spelling, in varied surroundings: none of them stays in the redacted text. 900 in all."""
    chance = random.Random(f"{kind} {spelling}")
    for _ in range(10):
        number = MAKERS[kind](chance)
        if spelling in ("sign for X", "small x") and kind != "identity":
            number = number.replace("X", "")
        text = chance.choice(AROUND) + SPELLINGS[spelling](number) + chance.choice(BEHIND)
        clean = redacted(text, scan(text))
        assert "已隐去" in clean, text
        left = remaining_digits(clean)
        assert not any(number[at : at + 6] in left for at in range(len(number) - 5)), (text, clean)
        assert scan(clean) == [], clean


@pytest.mark.parametrize("spelling", [one for one in SPELLINGS if "X" not in one and one != "small x"])
def test_old_identity_numbers(spelling: str) -> None:
    chance = random.Random(spelling)
    for _ in range(10):
        text = "身份证" + SPELLINGS[spelling](old_identity(chance)) + "。"
        assert scan(text), text


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("电话0797-8812345。", "landline", "0797-8812345"),
        ("电话（0797）8812345。", "landline", "0797）8812345"),
        ("(010)65981234", "landline", "010)65981234"),
        ("０７９７－８８１２３４５", "landline", "０７９７－８８１２３４５"),
        ("请致电8812345核实", "landline", "8812345"),
        ("联系电话：8812345、8812346", "landline", "8812345"),
        ("电话+86 797 8812345。", "landline", "86 797 8812345"),
        ("邮箱ｚｈａｎｇ＠ｑｑ．ｃｏｍ，", "email", "ｚｈａｎｇ＠ｑｑ．ｃｏｍ"),
        ("邮箱zhang[at]qq[dot]com，", "email", "zhang[at]qq[dot]com"),
        ("锦绣家园A栋1203漏水", "address", "A栋1203"),
        ("邮箱 zhang.san@163.com，", "email", "zhang.san@163.com"),
        ("邮箱 zhang＠qq．com", "email", "zhang＠qq．com"),
        ("zhang(at)qq.com", "email", "zhang(at)qq.com"),
        ("香港 +852 9123 4567 来电", "mobile", "+852 9123 4567"),
        ("朝阳小区3栋2单元501室漏水", "address", "3栋2单元501室"),
        ("朝阳小区三栋二单元五〇一室漏水", "address", "三栋二单元五〇一室"),
        ("朝阳小区３栋５０１", "address", "３栋５０１"),
        ("江河村李家组27号", "address", "27号"),
        ("人民路12号301室", "address", "12号301室"),
        ("朝阳小区17-1-301、", "address", "17-1-301"),
        ("朝阳小区１７－１－３０１、", "address", "１７－１－３０１"),
        ("我家住城关镇人民路12号，", "address", "人民路12号"),
        ("身份证号11010519491231002X", "identity", "11010519491231002X"),
        ("身份证号110105194912310021", "identity", "110105194912310021"),  # mistyped: the check digit does not fit
    ],
)
def test_found(text: str, kind: str, found: str) -> None:
    hit = scan(text)[0]
    assert (hit.kind, text[hit.start : hit.end]) == (kind, found)


@pytest.mark.parametrize(
    "text",
    [
        "拨打12345或12315、12329、95598，火警119",
        "客服热线400-812-3456、800 820 8820、4008123456",
        "按《住宅设计规范》GB50096-2011第6.1.3条",
        "2018-08-22、8-22-2018年、标准号CJJ179-2012-3，2013-2015年投资1381234567元，2018-08-22至2019/05/10 13:45",
        "总投资13,800,138,000元，建筑面积123456.78平方米",
        "龙府办发〔2018〕12号、长政发﹝2019﹞2号文件",
        "共有10栋460户，第4栋36户和第5栋42户，1栋31+1层",
        "地址：人民路12号；人社局225室；政务中心3栋205室",
        "3栋、5栋和6栋2单元的电梯，16栋08户型，G2栋6-25层",
        "案号（2018）赣0727民初1234号",
        "统一社会信用代码91360727MA35ABCD0X",
        "电话0000-00000000、*******1234、138****8000",
        "住在哪一栋、住在每一栋，老人住在十一楼，住在5楼的邻居，家住附近3公里",
        "一、二、三；十二、十三。五一三天、九九重阳",
        "X1路公交、A4区、K7县；第三季度1.5亿元",
        "",
    ],
)
def test_let_pass(text: str) -> None:
    assert [text[hit.start : hit.end] for hit in scan(text)] == []


def test_office_numbers_pass_in_any_spelling() -> None:
    public = Public(["0797-8812345", "13807970001", "wz@office.example", "朝阳小区3栋101室"])
    for text in (
        "0797-8812345",
        "（0797）8812345",
        "+86 797 8812345",
        "电话：8812345",
        "０７９７—８８１２３４５",
        "138 0797 0001",
        "WZ@office.example",
        "社区居委会在朝阳小区3栋101室",
    ):
        assert scan(text, public) == [], text
    assert scan("电话0797-8812346，13807970002", public)
    assert scan("电话8812346", public)


def test_place_and_mask() -> None:
    text = "您好：\n请与张先生（13800138000）联系，\n或写信到朝阳小区3栋501室。"
    hits = scan(text)
    places = [place(text, hit, hits) for hit in hits]
    assert [(one.line, one.column) for one in places] == [(2, 7), (3, 9)]
    assert "138******00" in places[0].snippet
    assert "501" not in places[1].snippet
    assert "13800138000" not in "".join(one.snippet for one in places)
    assert redacted(text, hits) == (
        "您好：\n请与张先生（〔手机号码已隐去〕）联系，\n或写信到朝阳小区〔住址门牌已隐去〕。"
    )


def test_neighbours_are_masked_in_each_others_snippets() -> None:
    text = "13800138000、13900139000"
    hits = scan(text)
    for hit in hits:
        assert "0013" not in place(text, hit, hits).snippet


def test_long_and_odd_texts_are_quick() -> None:
    """No pattern runs away on long runs of what it looks for."""
    for text in (
        "1" * 20000,
        "1 " * 20000,
        "3栋" * 10000,
        "&nbsp;" * 10000 + "1",
        "<b" * 10000,
        "1<b>" * 10000,
        "一" * 20000,
        "家住" * 10000,
        "@a." * 10000,
        "电话" * 10000 + "8" * 9,
    ):
        scan(text)


@pytest.mark.parametrize(
    "text", ["白田佳区6栋106-109号", "电话：8812345、8812346", "家住人民路12号-3号", "6栋106，1071号"]
)
def test_a_redacted_text_is_clean(text: str) -> None:
    """The note that stands for a find makes no find of what follows it."""
    clean = redacted(text, scan(text))
    assert clean != text
    assert scan(clean) == []
