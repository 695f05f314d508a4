"""The tables that can be read, with every heading that their columns are known under.

The first Chinese and the first English heading of a column are the ones that errors recommend.
Columns with other headings, such as remarks (备注) or points (积分), are left alone; in a table of
deeds, those that are named like a fact of the rules are read as well.
"""

from __future__ import annotations

from gridpoints.sheets.headings import Column, Layout

_NUMBER = Column.of(
    "number",
    "编号, number, 編號, 编码, 編碼, 成员编号, 成員編號, 会员编号, 會員編號, 会员号, 會員號, "
    "居民编号, 居民編號, member number, member no, no",
)
_NAME = Column.of(
    "name", "姓名, name, 名字, 居民姓名, 志愿者姓名, 志願者姓名, member name, resident name, full name"
)

#: Who did a deed: a number, a number or a name, a name. Where several are given, the first counts.
WHO = ("number", "member", "name")

DEEDS = Layout(
    columns=(
        _NUMBER,
        Column.of("member", "成员, member, 成員, 居民, 会员, 會員, 志愿者, 志願者, resident, volunteer"),
        _NAME,
        Column.of(
            "deed",
            "事项, deed, 事項, 行为, 行為, 积分事项, 積分事項, 积分项目, 積分項目, 服务事项, "
            "服務事項, 服务内容, 服務內容, 活动, 活動, 项目, 項目, 内容, 內容, item, activity, "
            "service",
        ),
        Column.of(
            "day",
            "日期, date, 时间, 時間, 服务日期, 服務日期, 服务时间, 服務時間, 活动日期, 活動日期, "
            "活动时间, 活動時間, 发生日期, 發生日期, 登记日期, 登記日期, day",
        ),
        Column.of(
            "quantity",
            "数量, quantity, 數量, 小时, 小時, 小时数, 小時數, 时数, 時數, 时长, 時長, 服务时长, "
            "服務時長, 次数, 次數, 件数, 件數, hours, times, count, qty",
        ),
        Column.of(
            "chosen",
            "评定分, chosen, 評定分, 评议分, 評議分, 核定积分, 核定積分, 评定积分, 評定積分, chosen points",
        ),
        Column.of(
            "evidence",
            "凭据, evidence, 憑據, 证明材料, 證明材料, 佐证, 佐證, 佐证材料, 佐證材料",
        ),
        Column.of(
            "id",
            "单号, record, 單號, 记录号, 記錄號, 流水号, 流水號, 登记号, 登記號, 凭证号, 憑證號, "
            "record id, record number, record no, reference",
        ),
    ),
    required=(WHO, ("deed",), ("day",)),
)

MEMBERS = Layout(
    columns=(
        _NUMBER,
        _NAME,
        Column.of(
            "household",
            "门牌, household, 門牌, 户, 戶, 户号, 戶號, 门牌号, 門牌號, 住户, 住戶, 住址, 地址, "
            "房号, 房號, house, house number, door, address",
        ),
        Column.of("grid", "网格, grid, 網格, 网格名称, 網格名稱, 所属网格, 所屬網格, grid name"),
    ),
    required=(("name",),),
)
