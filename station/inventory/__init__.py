"""The inventory: which boards a school has, who has them, and all that ever happened to them.

    from station.inventory import boards, lending
    from station.inventory.database import Inventory

    with Inventory() as inventory:
        with inventory.change() as change:
            boards.register(change, "24:0a:c4:00:01:10", asset_tag="W-017")
        with inventory.read() as session:
            boards.find(session, "W-017").state

| module | what it has |
|---|---|
| `tables` | the tables |
| `database` | opens the database; one `Change` is one transaction |
| `codes` | what a scanner reads from a label |
| `boards` | registers, finds, lists and retires boards; their faults |
| `lending` | lends boards, and takes them back |
| `flash_log` | slots, images, flashes, certificates |
| `stock` | kits, and parts that are counted |
| `history` | what happened, as sentences |
| `roster` | who may borrow: the class list of a course |
| `scan_loop` | one scan a board, until the end of input |
| `listing` | boards, kits and parts as tables and as JSON |
| `csv_form`, `csv_import` | boards as CSV, also for Snipe-IT and InvenTree |
"""
