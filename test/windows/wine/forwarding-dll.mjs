/** Position of the only section: one page in memory, one sector in the file. */
const address = 0x1000;
const offset = 0x200;

const u16 = (...values) => values.flatMap((value) => [value & 0xff, value >> 8]);
const u32 = (...values) => values.flatMap((value) => [...u16(value & 0xffff), ...u16(value >>> 16)]);
const u64 = (...values) => values.flatMap((value) => u32(value, 0));
const text = (string, length = string.length + 1) => [...Buffer.from(string.padEnd(length, '\0'), 'latin1')];

/**
 * Returns a DLL for 64-bit Windows without code. It exports `name`, which is forwarded to a function of another DLL, such as
 * `advapi32.SystemFunction036`. The fields follow Microsoft's "PE Format".
 */
export function forwardingDll(dll, name, target) {
  const table = exportTable(dll, name, target);
  const size = Math.ceil(table.length / offset) * offset;
  const headers = [
    ...text('MZ', 0x3c),
    ...u32(0x40), // offset of the next header
    ...text('PE', 4),
    ...u16(0x8664, 1), // IMAGE_FILE_MACHINE_AMD64, one section
    ...u32(0, 0, 0), // no date, no symbols
    ...u16(240, 0x2022), // bytes up to the section's header; an image, large addresses, a DLL
    ...u16(0x20b, 0), // PE32+, linker
    ...u32(0, size, 0, 0, 0), // bytes of code and of data, entry point, base of code
    ...u64(0x10000000), // preferred address
    ...u32(address, offset), // alignment in memory and in the file
    ...u16(6, 0, 0, 0, 6, 0), // versions of the system, of the image, of the subsystem
    ...u32(0, 2 * address, offset, 0), // reserved, bytes of the image and of the headers, checksum
    ...u16(2, 0x160), // IMAGE_SUBSYSTEM_WINDOWS_GUI; may be moved anywhere, data is not executed
    ...u64(0x100000, 0x1000, 0x100000, 0x1000), // stack and heap
    ...u32(0, 16), // reserved, number of directories
    ...u32(address, table.length), // the first directory is that of exports
    ...u64(...new Array(15).fill(0)),
    ...text('.edata', 8),
    ...u32(table.length, address, size, offset, 0, 0, 0),
    ...u32(0x40000040), // data, readable
  ];
  const file = Buffer.alloc(offset + size);
  file.set(headers);
  file.set(table, offset);
  return file;
}

/** An export whose address lies inside this table is forwarded to the function that is named there. */
function exportTable(dll, name, target) {
  const [functions, names, ordinals, strings] = [40, 44, 48, 50].map((at) => address + at);
  return [
    ...u32(0, 0, 0, strings), // flags, date, version, the DLL's name
    ...u32(1, 1, 1), // first ordinal, number of functions and of names
    ...u32(functions, names, ordinals),
    ...u32(strings + dll.length + 1 + name.length + 1),
    ...u32(strings + dll.length + 1),
    ...u16(0),
    ...[dll, name, target].flatMap((string) => text(string)),
  ];
}
