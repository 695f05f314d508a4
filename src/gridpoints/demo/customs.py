"""What the demo makes up: services, habits and numbers that no source has, all in this file.

The rules and the prices of the goods are not here: those are published, and read from the preset.
Numbers of times and people are for 1,000 residents.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from attrs import frozen

from gridpoints.values import Actor, Names, Period

VILLAGE: Names = {"zh_Hans": "白羊村", "zh_Hant": "白羊村", "en": "Baiyang village"}

# --- who acts for the village ---------------------------------------------------------------------

CLERK = Actor("clerk", frozenset({"clerk"}))
GRID_WORKER = Actor("grid-worker", frozenset({"organiser"}))
PANEL = Actor("panel", frozenset({"clerk"}))
SHOPKEEPER = Actor("shopkeeper", frozenset({"merchant"}))
ACCOUNTANT = Actor("accountant", frozenset({"clerk"}))
CHAIR = Actor("chair", frozenset({"chair", "organiser"}))

#: What these offices are called, by the actors' ids.
OFFICES: Mapping[str, Names] = {
    CLERK.id: {"zh_Hans": "文书", "zh_Hant": "文書", "en": "The clerk"},
    GRID_WORKER.id: {"zh_Hans": "网格员", "zh_Hant": "網格員", "en": "The grid worker"},
    PANEL.id: {"zh_Hans": "评议小组", "zh_Hant": "評議小組", "en": "The panel"},
    SHOPKEEPER.id: {"zh_Hans": "店主", "zh_Hant": "店主", "en": "The shopkeeper"},
    ACCOUNTANT.id: {"zh_Hans": "会计", "zh_Hant": "會計", "en": "The accountant"},
    CHAIR.id: {"zh_Hans": "村主任", "zh_Hant": "村主任", "en": "The village head"},
}

# --- what is done ---------------------------------------------------------------------------------


@frozen
class Service:
    """A service item: how often a month it is held, from which hour, for how long, its places.

    One that is held 0 times stays a draft.
    """

    names: Names
    description: str
    times: int
    hour: int
    hours: int
    places: int
    deed: str = "volunteer"


SERVICES = (
    Service(
        {"zh_Hans": "河道保洁", "zh_Hant": "河道保潔", "en": "River cleaning"},
        "清理河道和沟渠里的垃圾",
        times=2,
        hour=8,
        hours=3,
        places=16,
    ),
    Service(
        {"zh_Hans": "助老送餐", "zh_Hant": "助老送餐", "en": "Meals for the elderly"},
        "给独居老人送午饭，聊聊天",
        times=5,
        hour=11,
        hours=2,
        places=5,
    ),
    Service(
        {"zh_Hans": "义务巡逻", "zh_Hant": "義務巡邏", "en": "Evening patrol"},
        "夜间巡逻，查看消防隐患",
        times=3,
        hour=19,
        hours=2,
        places=6,
    ),
    Service(
        {"zh_Hans": "四点半课堂", "zh_Hant": "四點半課堂", "en": "After-school class"},
        "放学后陪孩子们写作业",
        times=3,
        hour=16,
        hours=2,
        places=5,
    ),
    Service(
        {"zh_Hans": "文艺演出", "zh_Hant": "文藝演出", "en": "Evening on the stage"},
        "在村文化广场演出",
        times=1,
        hour=18,
        hours=2,
        places=12,
        deed="perform",
    ),
    Service(
        {"zh_Hans": "上门理发", "zh_Hant": "上門理髮", "en": "Haircuts at home"},
        "给行动不便的老人理发",
        times=0,
        hour=9,
        hours=2,
        places=4,
    ),
)


@frozen
class Habit:
    """How often a month a deed is reported, of at most how many people at once, and by whom."""

    times: int
    people: int = 1
    by: Actor = CLERK


HABITS = {
    "take-part": Habit(4, 90, GRID_WORKER),
    "good-deed": Habit(4),
    "mediate": Habit(3),
    "simple-customs": Habit(2),
}
#: Deeds of a rule set that is not known here.
OTHER = Habit(2, 3)


@frozen
class Star:
    """At the end of which period so many people are given the star."""

    period: Period
    people: int


#: The cleanliness star (环境整治).
STARS = {
    "clean-month": Star(Period.MONTH, 14),
    "clean-quarter": Star(Period.QUARTER, 8),
    "clean-year": Star(Period.YEAR, 5),
}

WISHES_A_MONTH = 9
WISHES = (
    "想要一副老花镜",
    "院子里的灯坏了，想请人换一盏",
    "想学会用手机和孙子视频",
    "想要一把结实的拐杖",
    "想请人帮忙整理菜地",
    "想要一套小学四年级的课外书",
    "想拍一张全家福",
    "自行车坏了，想请人修一修",
    "想有人陪我去镇上看一次牙",
    "想要一个新书包",
    "腿脚不便，想请人帮忙晒被子",
    "想听一场淮剧",
    "想要一床厚一点的棉被",
    "想请人教我写毛笔字",
    "窗户漏风，想请人补一补",
    "想和人下一盘象棋",
)

# --- what it buys ---------------------------------------------------------------------------------

#: What a merchant is paid for a point, in yuan. Baiyang published no rate; Xinqi village did.
YUAN_PER_POINT = Decimal(1)


@frozen
class Counter:
    """Where points are redeemed: from which month, on which days of it, and by how many people.

    `delivered` is how many pieces come each month, from the cheapest goods to the dearest.
    """

    names: Names
    from_month: int
    days: tuple[int, ...]
    people: int
    delivered: tuple[int, ...]


COUNTERS = (
    Counter(
        {"zh_Hans": "积分兑换超市", "zh_Hant": "積分兌換超市", "en": "Points supermarket"},
        from_month=1,
        days=(10, 25),
        people=60,
        delivered=(140, 50, 24),
    ),
    Counter(
        {"zh_Hans": "流动兑换车", "zh_Hant": "流動兌換車", "en": "Mobile counter"},
        from_month=2,
        days=(18,),
        people=25,
        delivered=(40, 14, 5),
    ),
)
