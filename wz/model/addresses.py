"""Home addresses in a text: a door in a residential building, a house of a village, a place that somebody lives at.

A street and its number alone are a place, not a home; a room in an office, a street of shops or a count of houses
neither. Most patterns are for the text whose digits have been made plain.
"""

import re
from collections.abc import Iterator

_NUMBER = r"(?:[A-Za-z]{0,2}[0-9十百]{1,5}[A-Za-z]?)"
_BUILDING = rf"(?:{_NUMBER}|[A-Za-z]) ?(?:栋|幢|座|号楼|#楼?)"
# 3栋2单元501室; the floor may stand between. What follows must not make it a count, a size, a range or a shop.
_NOT_COUNTED = (
    r"(?![0-9十百+]|户型|[平㎡米元%％万人个套间家层楼栋幢台辆年月日余多、~至到]| ?(?:平|㎡|m2|#)"
    r"|号? ?(?:门面|商铺|店面|铺面|门店))"
)
_DOOR = (
    rf"(?:{_NUMBER} ?(?:层|楼) ?)?[A-Za-z]?[0-9]{{2,4}}(?: {{1,3}}[0-9]{{2,4}})?"
    r" ?(?:号房|房间|室|房|号|门(?!面)|(?<=[0-9]{3})户)?(?!户)" + _NOT_COUNTED
)
_UNIT = rf"{_NUMBER} ?单元"
_FLAT = re.compile(rf"(?<![共有计约成0-9A-Za-z])(?:{_BUILDING}[ ,，]?(?:{_UNIT}[ ,，]?)?|{_UNIT}[ ,，]?){_DOOR}")
# 江河村李家组27号, 文化村3组15号
_HOUSE = re.compile(
    rf"(?<=[村庄寨屯区组队湾坪]){_NUMBER}(?:组|队|屯) ?{_NUMBER} ?号"
    rf"|(?<=[组队屯湾]){_NUMBER} ?号(?![楼线井路文令公机])"
)
# 人民路12号301室
_ROOM_OF_STREET = re.compile(
    rf"(?<=[路街巷弄道]){_NUMBER} ?(?:号|弄)(?: {_NUMBER} ?号)? ?(?:{_NUMBER} ?单元 ?)?[0-9]{{3,4}} ?(?:室|房)"
)
_DOOR_SIGNS = r"(?:号|栋|幢|座|单元|室|组|房|队|弄)(?![线文令])"
_LIVES = (
    r"(?<!〔)(?:家住|现住在?|住在|居住在|居住于|租住在|暂住在?|现居|住址|家庭地址|户籍地址|户籍所在地|户口所在地|"
    r"居住地址?|身份证地址)"
)
# Between the word and the door stands a place, not a sentence.
_LIVING_AT = re.compile(
    rf"{_LIVES} ?[:：为是在于]? ?(?P<place>[^,，。;；!！?？、\n<的有了到离是被哪每另这那某]{{0,30}}?)"
    rf"(?P<door>{_NUMBER} ?{_DOOR_SIGNS}(?: ?{_NUMBER} ?(?:{_DOOR_SIGNS}|楼|层)| ?[0-9]{{1,4}}(?![0-9]))*)"
)
_COUNTY = re.compile(r"[省市县镇乡]|街道|(?<![小社园矿校厂山])区")
_OFFICE = re.compile(
    r"(?:局|厅|中心|大厅|窗口|大楼|大厦|政府|委员会|街道办|办事处|派出所|服务站|法院|检察院|机关|医院|学校|银行|写字楼|公司)"
    r"[ 的(（,，]?$"
)
# 17-1-301: building, staircase, door; written with hyphens, which the plain text no longer has.
_THREE = re.compile(r"(?<![\d\-－.A-Za-z])[1-9１-９]\d{0,2}[-－—–]\d{1,2}[-－—–]\d{3,4}(?![\d\-－年])")
# Each pattern with signs of which a text that it fits has one.
_DOORS = (
    (_FLAT, ("栋", "幢", "座", "号楼", "#", "单元")),
    (_HOUSE, ("组", "队", "屯", "湾")),
    (_ROOM_OF_STREET, ("室", "房")),
)


def addresses(text: str, plain: str) -> Iterator[tuple[int, int]]:
    """Start and end of every home address, as far as it tells which door."""
    for found in _LIVING_AT.finditer(plain):
        yield found.start("place") + _within(found["place"]), found.end()
    if any(hyphen in text for hyphen in "-－—–"):
        yield from (found.span() for found in _THREE.finditer(text))
    for pattern, signs in _DOORS:
        for found in pattern.finditer(plain) if any(sign in plain for sign in signs) else ():
            if not _OFFICE.search(plain[max(found.start() - 8, 0) : found.start()]):
                yield found.span()


def _within(place: str) -> int:
    """Where the telling part begins: behind the last county, street office or township that the place names."""
    return max((found.end() for found in _COUNTY.finditer(place)), default=0)
