// What hardware calls itself, in one spelling. Firmware is full of placeholders, and thousands of boards share each of them:
// matching on one would merge strangers.

const placeholderUuids = new Set([
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  '03000200-0400-0500-0006-000700080009',
  '00020003-0004-0005-0006-000700080009',
  '12345678-1234-5678-90ab-cddeefaabbcc',
  '12345678-1234-1234-1234-123456789abc',
  'fefefefe-fefe-fefe-fefe-fefefefefefe',
  // A Dell board that was never given its service tag.
  '4c4c4544-0000-2010-8020-80c04f202020',
]);

const placeholderSerial =
  /to be filled|o\.e\.m|default string|not (?:specified|available|applicable|provided|present)|system serial|serial number|chassis|unknown|invalid|empty|asset|^none$|^null$|^n\/?a$|^oem$|^0+$|^f+$|^x+$|^123456789(?:0|10)?$|^0?123456789$|^\.+$|^-+$/i;

/** The UUID in lower case with dashes; null for a placeholder or what is no UUID. */
export const cleanUuid = (value: string | null | undefined): string | null => {
  const digits = (value ?? '').toLowerCase().replace(/[^0-9a-f]/g, '');
  if (digits.length !== 32 || new Set(digits).size < 4) return null;
  const uuid = digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return placeholderUuids.has(uuid) ? null : uuid;
};

/** The serial as printed; null for a placeholder or what is too short to tell devices apart. */
export const cleanSerial = (value: string | null | undefined): string | null => {
  const serial = (value ?? '').trim();
  return serial.length < 4 || placeholderSerial.test(serial) ? null : serial;
};

// Made by software on the machine itself: Docker, QEMU's default of libvirt, VMware and VirtualBox host adapters.
const virtualPrefixes = ['02:42:', '52:54:00:12:34:56', '00:50:56:c0:', '0a:00:27:', '00:15:5d:00:00:'];

/** Hardware addresses in one spelling, sorted, without empty, multicast and software-made ones. */
export const cleanMacs = (values: readonly string[]): string[] => {
  const macs = values
    .map((value) => value.toLowerCase().replace(/[^0-9a-f]/g, ''))
    .filter((digits) => digits.length === 12 && !/^(?:0{12}|f{12})$/.test(digits))
    .map((digits) => digits.match(/../g)?.join(':') ?? '')
    .filter((mac) => (Number.parseInt(mac.slice(0, 2), 16) & 1) === 0)
    .filter((mac) => !virtualPrefixes.some((prefix) => mac.startsWith(prefix)));
  return [...new Set(macs)].sort();
};
