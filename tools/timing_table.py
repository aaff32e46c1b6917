"""The cost table of the port as data: read from firmware/port/cost/costs.h, and written back.

The tunable build gets its costs at the start, for the fit: the time of a program with one cost
alone shows how often that cost is charged.
"""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.support import port_build
from tests.support.port_build import PORT, flags_32

COSTS = PORT / "cost" / "costs.h"
ROW = re.compile(r"(?m)^(#define VB_NS_(\w+) VB_(?:FLOAT_|MATH_)?US)\(([\d.]+)\)(?: +(?=//))?")
COMMENT_COLUMN = 48
MACHINE = "PIN_WRITE PIN_READ PIN_INIT ADC_READ PWM_DUTY PWM_FREQ TIMER_INIT TIME SLEEP SLEEP_US"
SERIAL = "TX TX_BYTE FLASH_CALL FILE FILE_BYTE"
HEADER = '#include "cost/costs.h"\n#include <stdint.h>\n'
SOURCE = """// Costs that are set at the start: VB_COSTS="NAME=ns ..."; what is not named is 0.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
{variables}
static const struct {{ const char *name; uint32_t *at; }} table[] = {{
{rows}
}};
__attribute__((constructor)) static void start(void) {{
    char *costs = getenv("VB_COSTS");
    for (char *name = costs ? strtok(costs, "= ") : 0; name; name = strtok(0, "= ")) {{
        uint32_t ns = strtoul(strtok(0, "= "), 0, 10);
        for (unsigned i = 0; i < sizeof(table) / sizeof(*table); i++) {{
            if (!strcmp(table[i].name, name)) {{
                *table[i].at = ns;
            }}
        }}
    }}
}}
"""


def read() -> dict[str, float]:
    """The fitted costs by name (µs of the emulated chip)."""
    text = COSTS.read_text()
    core = {name for _, name, _ in ROW.findall(text.partition("// Calls of machine and time")[0])}
    wanted = core | set(f"{MACHINE} {SERIAL}".split())
    return {name: float(us) for _, name, us in ROW.findall(text) if name in wanted}


def write(costs: Mapping[str, float]) -> None:
    """Put costs into cost/costs.h; its comments stay."""

    def changed(row: re.Match[str]) -> str:
        if row[2] not in costs:
            return row[0]
        define = f"{row[1]}({costs[row[2]]:.3f})"
        return define.ljust(COMMENT_COLUMN) if row[0].endswith(" ") else define

    COSTS.write_text(ROW.sub(changed, COSTS.read_text()))


def build(folder: Path, family: str = "rp2") -> None:
    """Build the port with costs that can be set. Raises: CalledProcessError."""
    folder.mkdir(parents=True, exist_ok=True)
    names = list(read())
    defines = "".join(
        f"#undef VB_NS_{n}\nextern uint32_t vb_tunable_{n};\n#define VB_NS_{n} vb_tunable_{n}\n"
        for n in names
    )
    (folder / "tunable.h").write_text(HEADER + defines)
    variables = "\n".join(f"uint32_t vb_tunable_{n};" for n in names)
    rows = "\n".join(f'    {{"{n}", &vb_tunable_{n}}},' for n in names)
    (folder / "tunable.c").write_text(SOURCE.format(variables=variables, rows=rows))
    compiled = ["gcc", *flags_32("gcc"), "-O1", "-fno-pie", "-c", "tunable.c", "-o", "tunable.o"]
    subprocess.run(compiled, check=True, cwd=folder)
    costs = f"CFLAGS_EXTRA=-DVB_COSTS_H='\"{folder / 'tunable.h'}\"'"
    port_build.build(folder, family, costs, f"LIB={folder / 'tunable.o'}")
