# dirql: the kernel, its drivers, its ISO, and what is done with them. `make help` lists it.

NT       ?= 6.3
CPUS     ?= 4
MACHINE  ?= q35
FIRMWARE ?= bios
CC       := $(if $(filter clang,$(CC)),clang,gcc)
DRIVER   ?=
HWID     ?=
WORDS    ?=
QEMU     ?=
APPEND   ?=
VERIFIER ?=
LAYERS   ?=
ONLY     ?=
PEER     ?=
PYTHON   := /usr/bin/python3

# What __NT__ is to the preprocessor: 0x603 for 6.3.
NT_5.2  := 0x502
NT_6.0  := 0x600
NT_6.1  := 0x601
NT_6.2  := 0x602
NT_6.3  := 0x603
NT_10.0 := 0xA00
NT_2004 := 0xA04
ifeq ($(NT_$(NT)),)
$(error NT=$(NT) is none of 5.2 6.0 6.1 6.2 6.3 10.0 2004)
endif

BUILD   := build/$(NT)
FOLDERS := rtl arch hal ke mm ex ldr io wdf verifier boot
SOURCES := $(foreach Folder,$(FOLDERS),$(shell find $(Folder) -name '*.c' ! -name offsets.c))
ASSEMBLY := $(foreach Folder,$(FOLDERS),$(shell find $(Folder) -name '*.asm'))
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o) $(ASSEMBLY:%.asm=$(BUILD)/%.asm.o) \
           $(BUILD)/wdf/table.asm.o $(BUILD)/wdf/thunks.asm.o

# Windows structures end in arrays of one element that hold more: gcc must not conclude from
# the bound that a loop runs once (-fno-aggressive-loop-optimizations; clang does not).
CFLAGS := -std=gnu11 -ffreestanding -fno-pic -mcmodel=kernel -mno-red-zone \
          -mgeneral-regs-only -fshort-wchar -O2 -g -fno-omit-frame-pointer \
          -momit-leaf-frame-pointer -fno-strict-aliasing -fno-stack-protector \
          -fcf-protection=none -fno-asynchronous-unwind-tables \
          $(if $(filter gcc,$(CC)),-fno-aggressive-loop-optimizations) \
          -Wall -Wextra -Wmissing-prototypes -Werror \
          -Iinclude -DDIRQL_NT=$(NT_$(NT)) -DDIRQL_NT_NAME='"$(NT)"'

# What is on no path that is counted (make bench): its size is what counts there.
SMALL := boot/% hal/% ldr/% io/% wdf/% verifier/% ex/special% rtl/format.c \
         $(addprefix ke/,bugcallback.c bugcheck.c exception.c inspect.c stopcodes.c \
                         stopreport.c symbols.c unwind.c) \
         $(addprefix ex/,extimer.c inject.c process.c thread.c track.c unload.c) \
         arch/x86_64/paging.c ke/processor.c mm/framemap.c mm/space.c rtl/output.c
FAST  := $(addprefix io/,call.c complete.c finish.c forward.c irp.c mdl.c packet.c sglist.c \
                         dma.c dmarun.c mapregister.c workitem.c statistics.c) \
         $(addprefix hal/,apic.c ipi.c) \
         $(addprefix wdf/,intservice.c intlock.c dpc.c dispatch.c irpdispatch.c present.c \
                          request.c reqcreate.c reqdress.c reqback.c queue.c queuefetch.c \
                          queuestate.c queuecancel.c object.c handle.c context.c delete.c \
                          lock.c lookaside.c spinlock.c filter.c preprocess.c)

# Drivers and programs: one folder, one .sys (tools/build_driver knows how).
DRIVERS := $(notdir $(wildcard drivers/*))
APPS    := $(notdir $(wildcard apps/*))
TESTS   := $(patsubst tests/kernel/%/,%,$(wildcard tests/kernel/*/))
MODULES := $(DRIVERS:%=build/drivers/%.sys) $(APPS:%=build/apps/%.sys)
PUBLIC_HEADERS := $(shell find include -name '*.h' ! -path '*internal*')

RUN_FLAGS := --nt $(NT) --cpus $(CPUS) --machine $(MACHINE) --firmware $(FIRMWARE) \
             --driver='$(DRIVER)' --hwid='$(HWID)' --words='$(WORDS)' --verifier='$(VERIFIER)' --append='$(APPEND)' --qemu-arg='$(QEMU)'

.PHONY: all run monitor trace test tests bench perf gdb lint format help packages packages-run iso clean
.DELETE_ON_ERROR:

all: iso

help:
	@echo 'make run      boot $(CPUS) processors, serve e1000 and AHCI, report, power off'
	@echo 'make monitor  the same machine with a prompt: look at the running kernel, and poke it'
	@echo 'make trace    the same with the trace on: build/trace/trace.html and trace.json'
	@echo 'make test     host, kernel and system tests'
	@echo 'make bench    figures in guest instructions'
	@echo 'make bench PEER=linux   dirql beside a Linux guest, measured from outside in turn'
	@echo 'make perf     rates of frames and disk reads, measured from outside'
	@echo 'make gdb      QEMU stopped at its stub, gdb attached'
	@echo 'make compile_commands.json   for clangd and other editors'
	@echo 'make lint     format, layers, static analysis; DRIVER=folder: levels and locks of a driver'
	@echo 'Variables: NT=6.3|5.2|6.0|6.1|6.2|10.0|2004 CPUS=4 MACHINE=q35|pc FIRMWARE=bios|uefi'
	@echo '           CC=gcc|clang DRIVER=x.sys|folder HWID=ID WORDS=words QEMU=args APPEND=options'
	@echo '           VERIFIER=on|name.sys,name2.sys (docs/verifier.md)'
	@echo '           make test: LAYERS="host kernel system" ONLY="beginnings of tests"'

packages:
	@tools/ensure_packages

packages-run:
	@tools/ensure_packages run

# A driver of somebody's that does not compile is the run's failure, not make's: the run is
# quiet about commands and ends with its own line.
run: packages-run
	@$(MAKE) --no-print-directory -s iso
	@$(PYTHON) tools/run.py $(RUN_FLAGS)

monitor: packages-run
	@$(MAKE) --no-print-directory -s iso
	@$(PYTHON) tools/monitor.py --nt $(NT) --cpus $(CPUS) --machine $(MACHINE) \
	    --firmware $(FIRMWARE) --verifier='$(VERIFIER)' --append='$(APPEND)' --qemu-arg='$(QEMU)'

# A run that failed is worth a look too: its trace is written all the same.
trace: packages-run
	@$(MAKE) --no-print-directory -s iso
	@status=0; $(PYTHON) tools/run.py $(RUN_FLAGS) --append='trace=on $(APPEND)' \
	    --output=trace/run || status=$$?; \
	 $(PYTHON) tools/trace/make_trace.py build/trace/run/com2.json build/trace && exit $$status

test: packages
	@$(MAKE) --no-print-directory -s iso tests
	@$(PYTHON) tools/test.py --nt $(NT) --only='$(ONLY)' $(LAYERS)

ifeq ($(PEER),)
bench: packages-run
	@$(MAKE) --no-print-directory -s iso tests
	@$(PYTHON) tools/bench.py --nt $(NT)
else ifeq ($(PEER),linux)
bench: packages-run
	@$(MAKE) --no-print-directory -s iso
	@$(PYTHON) tools/compare.py --nt $(NT)
else
bench:
	@echo "make bench: PEER=$(PEER) is not known; there is PEER=linux" >&2; exit 1
endif

# The commands that make perf types can be typed by others (docs/performance.md).
perf: packages-run
	@$(MAKE) --no-print-directory -s iso
	@$(PYTHON) tools/perf.py --nt $(NT) --cpus $(CPUS)

gdb: packages-run
	@$(MAKE) --no-print-directory -s iso
	@$(PYTHON) tools/debug.py --nt $(NT) --cpus $(CPUS) --machine $(MACHINE) --append='$(APPEND)'

compile_commands.json: tools/compile_commands.py Makefile
	@$(PYTHON) tools/compile_commands.py $(NT)

iso: $(BUILD)/dirql.iso
tests: $(TESTS:%=build/tests/%.sys)

$(BUILD)/dirql.iso: $(BUILD)/dirql.elf $(MODULES) tools/modules.txt tools/harness/iso.py
	@echo '  ISO  $@'
	@$(PYTHON) tools/make_iso $@ $(BUILD)/dirql.elf --standard

$(BUILD)/dirql.elf: $(OBJECTS) linker.ld
	@echo '  LD   $@'
	@ld -nostdlib -static -z max-page-size=4096 -z noexecstack --no-warn-rwx-segments -T linker.ld \
	   -o $@ $(OBJECTS)
	@tools/check_layers --objects $(BUILD)

# Offsets for NASM, from what the compiler says they are.
$(BUILD)/offsets.inc: arch/x86_64/offsets.c
	@mkdir -p $(@D)
	@echo '  GEN  $@'
	@$(CC) $(CFLAGS) -MMD -MF $@.d -MT $@ -S -o - $< | \
	    sed -n 's/^[[:space:]]*#OFFSET \([^ ]*\) \$$\(-\{0,1\}[0-9]*\).*/%define \1 \2/p' > $@

# The layouts of this profile as static asserts, and the object that is held to them. Its
# DWARF keeps types that nothing in it uses: tests read them there.
$(BUILD)/kinterrupt_asserts.h: tools/layout_asserts tools/harness/layouts.py \
                               tests/data/kinterrupt.csv tests/data/isrdpcstats.csv
	@mkdir -p $(@D)
	@echo '  GEN  $@'
	@$(PYTHON) tools/layout_asserts x64 $(NT) > $@

$(BUILD)/ke/layout.o: $(BUILD)/kinterrupt_asserts.h
# The levels of exported routines, from the words of the public headers.
$(BUILD)/irqltable.h: tools/irql_table $(SOURCES) $(PUBLIC_HEADERS)
	@mkdir -p $(@D)
	@echo '  GEN  $@'
	@$(PYTHON) tools/irql_table $(SOURCES) > $@

$(BUILD)/verifier/rules.o: $(BUILD)/irqltable.h
$(BUILD)/verifier/rules.o: CFLAGS += -I$(BUILD)
$(BUILD)/ke/layout.o: CFLAGS += -I$(BUILD) -fno-eliminate-unused-debug-types

# The framework's function table, and the layouts of its public structures; lib/ holds the
# second against a driver's data model.
$(BUILD)/wdf/table.asm $(BUILD)/wdf/thunks.asm: tools/wdf_functions \
                                                  tests/data/kmdf-functions.txt
	@mkdir -p $(@D)
	@echo '  GEN  $@'
	@$(PYTHON) tools/wdf_functions $(basename $(@F)) > $@

$(BUILD)/wdf/table.asm.o $(BUILD)/wdf/thunks.asm.o: $(BUILD)/wdf/%.asm.o: $(BUILD)/wdf/%.asm
	@echo '  NASM $<'
	@nasm -f elf64 -g -F dwarf -o $@ $<

build/wdf_layouts.h: tools/wdf_functions tests/data/kmdf-layouts.txt
	@mkdir -p $(@D)
	@echo '  GEN  $@'
	@$(PYTHON) tools/wdf_functions layouts > $@

$(BUILD)/wdf/layout.o: build/wdf_layouts.h
$(BUILD)/wdf/layout.o: CFLAGS += -Ibuild

# What a KMDF driver links: FxDriverEntry, GUIDs, and the imports of WDFLDR.SYS.
LIBRARY := $(patsubst %.c,build/%.o,$(wildcard lib/*.c))

build/lib/%.o: lib/%.c build/wdf_layouts.h $(PUBLIC_HEADERS)
	@mkdir -p $(@D)
	@echo '  CC   $<'
	@x86_64-w64-mingw32-gcc -std=gnu11 -ffreestanding -O2 -g -Wall -Wextra -Werror \
	   -fno-strict-aliasing -Iinclude -Ibuild -c -o $@ $<

build/libwdf.a: $(LIBRARY) lib/wdfldr.def
	@echo '  LIB  $@'
	@rm -f $@
	@x86_64-w64-mingw32-dlltool -d lib/wdfldr.def -l $@
	@x86_64-w64-mingw32-ar qs $@ $(filter-out build/lib/layout.o,$(LIBRARY))

$(BUILD)/%.asm.o: %.asm arch/x86_64/entry.inc $(BUILD)/offsets.inc
	@mkdir -p $(@D)
	@echo '  NASM $<'
	@nasm -f elf64 -g -F dwarf -I $(BUILD)/ -I arch/x86_64/ -o $@ $<

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	@echo '  CC   $<'
	@$(CC) $(CFLAGS) $(if $(filter-out $(FAST),$(filter $(SMALL),$<)),-Os) -MMD -MP -c -o $@ $<

# What the kernel exports beyond mingw-w64's import libraries: one made of our own table.
build/libdirql.a: $(SOURCES)
	@mkdir -p $(@D)
	@echo '  LIB  $@'
	@{ echo 'LIBRARY ntoskrnl.exe'; echo EXPORTS; \
	   sed -n 's/^EXPORT(\([A-Za-z0-9_]*\));.*/\1/p; s/^EXPORT_AS(\([A-Za-z0-9_]*\),.*/\1/p' \
	       $(SOURCES) | LC_ALL=C sort -u; } > build/libdirql.def
	@x86_64-w64-mingw32-dlltool -d build/libdirql.def -l $@

# Folder $(1) has what it is built from, and, if two drivers share code, a sources.txt that
# names files in the other one's folder, whose headers are then found with <>.
borrowed = $(patsubst %,$(dir $(1))%,$(shell [ ! -f $(1)/sources.txt ] || \
             sed 's/\#.*//' $(1)/sources.txt))
lenders  = $(sort $(dir $(call borrowed,$(1))))

define module_rule
build/$(1)/$(2).sys: $$(wildcard $(3)/*.c $(3)/*.h $(3)/../*.h $(3)/sources.txt) \
                     $(call borrowed,$(3)) $(wildcard $(addsuffix *.h,$(call lenders,$(3)))) \
                     $$(PUBLIC_HEADERS) tools/build_driver build/libdirql.a build/libwdf.a
	@echo '  SYS  $$@'
	@EXTRA_CFLAGS='-Werror $(addprefix -I,$(call lenders,$(3)))' tools/build_driver $$@ \
	    $$(wildcard $(3)/*.c) $(call borrowed,$(3))
endef
$(foreach Name,$(DRIVERS),$(eval $(call module_rule,drivers,$(Name),drivers/$(Name))))
$(foreach Name,$(APPS),$(eval $(call module_rule,apps,$(Name),apps/$(Name))))
$(foreach Name,$(TESTS),$(eval $(call module_rule,tests,$(Name),tests/kernel/$(Name))))

build/apps/monitor.sys: drivers/edu/eduioctl.h

FORMATTED := $(shell find $(FOLDERS) lib drivers apps examples tests tools \
               -name '*.c' -o -name '*.h') $(shell find include/internal -name '*.h')

format:
	clang-format -i $(FORMATTED)

ifneq ($(DRIVER),)
lint: packages
	@tools/lint_driver '$(DRIVER)'
else
lint: packages
	@echo "  FORMAT"; clang-format --dry-run --Werror $(FORMATTED)
	@echo "  LAYERS"; tools/check_layers
	@echo "  RULES"; tools/conformance | cmp - docs/conformance.md
	@echo "  WDF"; tools/wdf_functions header | cmp - include/wdffuncenum.h
	@echo "  CLANG"; $(MAKE) --no-print-directory -s CC=clang BUILD=build/lint-$(NT) \
	    build/lint-$(NT)/dirql.elf
	@echo "  CPPCHECK"; cppcheck -q -j2 --error-exitcode=1 --enable=warning,portability \
	    --std=c11 -Iinclude -DDIRQL_NT=$(NT_$(NT)) -D__x86_64__ -D__ELF__ -D__GNUC__=12 \
	    --suppress=missingIncludeSystem --suppress=comparePointers \
	    --suppress=nullPointerRedundantCheck $(FOLDERS)
	@echo "  DRIVERS"; tools/lint_driver $(wildcard drivers/* apps/* examples/*)
	$(PYTHON) -m py_compile tools/*.py tools/harness/*.py tools/measure/*.py tools/static/*.py tests/system/*.py
endif

clean:
	rm -rf build

-include $(OBJECTS:.o=.d) $(BUILD)/offsets.inc.d
