"""The station page: for people who never open a terminal. They plug boards in, press one button,
and see which boards are good, which are faulty, and what to do.

    work = BoardWork(inventory, signing_key(), Path("certificates"))
    with Tray(work) as tray, StationServer(tray) as server:
        print(server.site.url)

| module | what it has |
|---|---|
| `board_work` | the work on one board, stage after stage, and its outcome |
| `trouble` | known errors in the words of a technician |
| `tray` | the slots, the boards in them, and the threads that work on them |
| `station_messages` | the messages between page and station, and the page's texts |
| `station_site` | who may use the page: the trust boundary |
| `station_server` | the server of the page |
| `command` | the verb `warsha station` |
| `static/` | the page, over the modules of the page of a bench |
"""
