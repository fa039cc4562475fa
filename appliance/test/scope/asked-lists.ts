/** What the judge of scope asks lists by: the queries of a path, with ids in reach, out of reach and of nothing. */
export function askedLists(ids: readonly string[], groups: readonly string[]): (path: string) => readonly string[] {
  const asked = [
    '',
    ...[
      'q=host',
      'group=hall',
      `group=${groups[2]}`,
      `group=${groups[3]}`,
      `group=${'x'.repeat(20)}`,
      'group=Plant',
      'tag=pump',
      'software=bash',
      'user=user-14',
      'state=managed',
      'findings>=5',
      'sort=name',
      'sort=group',
      'where=name starts "Device 1"',
    ].map((one) => `?${one.replaceAll(' ', '%20').replaceAll('"', '%22')}`),
  ];
  const shared = [
    '',
    'q=tool',
    'search=tool',
    'sort=-_devices',
    'sort=devices',
    'sort=name',
    'name=tool-3',
    'where.name=tool-1',
    'where=version%20=%20"14"',
    `device=${ids[5]}`,
    `device=${ids[14]}`,
  ].map((one) => (one === '' ? one : `?${one}`));
  const narrowed: Readonly<Record<string, readonly string[]>> = {
    devices: asked,
    'device-duplicates/compare': [4, 14].flatMap((one) => [
      `?one=${ids[one]}&two=${ids[5]}`,
      `?one=${ids[5]}&two=${ids[one]}`,
    ]),
    'devices/{device}/merge': [4, 5, 14].map((other) => `?other=${ids[other]}`),
    software: shared,
    accounts: ['', '?q=user-14', '?search=user-5', '?sort=_device', '?sort=device', `?device=${ids[14]}`],
    changes: [
      '',
      '?operation=changed',
      '?collection=accounts',
      '?collection=software&operation=first',
      '?item=bash',
      '?item=tool-3',
      '?device=Press',
      `?device=${ids[14]}`,
      `?device=${ids[5]}`,
    ],
    events: [
      '',
      'q=C1',
      'type=section-rejected',
      'severity=warning',
      'sort=at',
      'device=Press',
      'actor=account:x',
      ...[4, 8, 14, 0].map((n) => `device=${ids[n]}`),
      `device=${'f'.repeat(32)}`,
    ].map((one) => (one === '' ? one : `?${one}`)),
  };
  return (path) =>
    narrowed[path.slice(1)] ?? narrowed[/^\/(?:inventory\/)?(\w+)(?:\.csv)?$/.exec(path)?.[1] ?? ''] ?? [''];
}
