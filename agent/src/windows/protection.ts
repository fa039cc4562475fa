import { withoutHome } from '@sallyport/bundle-tools/protocol/home-path';
import { type Item, item, sortItems } from '../collectors/collector.ts';
import { flagOf, numberOf, type Row, rowsOf, textOf, textsOf, timeOf } from './report.ts';

// Security products as the Security Center lists them, Defender with what it says of itself, and what it locked away.

type ProductState = { state: 'on' | 'off' | 'paused' | 'failing' | 'unknown'; databaseState: 'current' | 'old' };

/**
 * The bits of productState: the second byte says whether the product runs (its high digit: 0 off, 1 on, 2 snoozed,
 * 3 expired), the last one whether its signatures are current (high digit 0) or old (1).
 */
export const productState = (bits: number): ProductState => {
  const run = (bits >> 12) & 0xf;
  const states = ['off', 'on', 'paused', 'failing'] as const;
  return { state: states[run] ?? 'unknown', databaseState: ((bits >> 4) & 0xf) === 0 ? 'current' : 'old' };
};

const defenderNames = new Set(['windows defender', 'microsoft defender antivirus', 'microsoft defender']);

const listedItem = (kind: 'antivirus' | 'antispyware' | 'firewall', row: Row): Item => {
  const bits = numberOf(row, 'productState');
  const told = bits === undefined ? undefined : productState(bits);
  return item({
    product: textOf(row, 'displayName'),
    kind,
    state: told?.state ?? 'unknown',
    ...(kind === 'firewall' || told === undefined ? {} : { realTime: told.state, databaseState: told.databaseState }),
    installId: textOf(row, 'instanceGuid', 200),
  });
};

const onOff = (flag: boolean | undefined): 'on' | 'off' | 'unknown' =>
  flag === undefined ? 'unknown' : flag ? 'on' : 'off';

/** Threats with the status "active" or "remediation failed" (MSFT_MpThreatDetection). */
const isNotCured = (row: Row): boolean =>
  [1, 5, 102, 103, 104, 105, 107].includes(numberOf(row, 'ThreatStatusID') ?? 0);

const latest = (...times: Array<string | undefined>): string | undefined =>
  times
    .filter((time) => time !== undefined)
    .sort()
    .at(-1);

const defenderItem = (row: Row, detections: readonly Row[]): Item =>
  item({
    product: 'Microsoft Defender Antivirus',
    kind: 'antivirus',
    publisher: 'Microsoft',
    version: textOf(row, 'AMProductVersion', 100),
    // Passive: another product protects, this one only scans.
    state: /passive/i.test(textOf(row, 'AMRunningMode'))
      ? 'paused'
      : onOff(flagOf(row, 'AntivirusEnabled') ?? flagOf(row, 'AMServiceEnabled')),
    realTime: onOff(flagOf(row, 'RealTimeProtectionEnabled')),
    databaseVersion: textOf(row, 'AntivirusSignatureVersion', 100),
    databaseAt: timeOf(row['AntivirusSignatureLastUpdated']),
    lastScanAt: latest(timeOf(row['QuickScanEndTime']), timeOf(row['FullScanEndTime'])),
    threatsFound: detections.length,
    threatsNotCured: detections.filter(isNotCured).length,
    components: ['BehaviorMonitorEnabled', 'IoavProtectionEnabled', 'NISEnabled', 'IsTamperProtected']
      .filter((name) => flagOf(row, name) !== undefined)
      .map((name) => `${name.replace(/Enabled$/, '')}: ${onOff(flagOf(row, name))}`),
  });

const firewallItem = (profiles: readonly Row[]): Item[] => {
  if (profiles.length === 0) return [];
  const isOn = (row: Row): boolean => /^(?:true|1)$/i.test(textOf(row, 'Enabled'));
  return [
    item({
      product: 'Windows Defender Firewall',
      kind: 'firewall',
      publisher: 'Microsoft',
      // One open profile is enough to be open.
      state: profiles.every(isOn) ? 'on' : profiles.some(isOn) ? 'paused' : 'off',
      components: profiles.map((row) => `${textOf(row, 'Name', 100)}: ${onOff(isOn(row))}`),
    }),
  ];
};

export const windowsProtection = (section: Row): Item[] => {
  const detections = rowsOf(section, 'detections');
  const [defender] = rowsOf(section, 'defender');
  const own = defender === undefined ? undefined : defenderItem(defender, detections);
  const isDefender = (one: Item): boolean => defenderNames.has(String(one['product'] ?? '').toLowerCase());
  const listed = (['antivirus', 'antispyware', 'firewall'] as const).flatMap((kind) =>
    rowsOf(section, kind).map((row) => listedItem(kind, row)),
  );
  const center = listed.find((one) => isDefender(one) && one['kind'] === 'antivirus');
  const items = [
    ...listed.filter((one) => own === undefined || !isDefender(one)),
    // The Security Center knows whether the signatures are old, Defender the rest.
    ...(own === undefined
      ? []
      : [{ ...own, ...(center === undefined ? {} : { databaseState: String(center['databaseState'] ?? 'unknown') }) }]),
    ...firewallItem(rowsOf(section, 'profiles')),
  ].filter((one) => one['product'] !== undefined);
  const unique = new Map(items.map((one) => [`${String(one['product'])}\0${String(one['kind'])}`, one]));
  return sortItems([...unique.values()], 'product', 'kind');
};

const quarantined = 2;

/** What Defender locked away; undefined where it says nothing of itself. */
export const windowsQuarantine = (section: Row): Item[] | undefined => {
  if (rowsOf(section, 'defender').length === 0) return undefined;
  const names = new Map(rowsOf(section, 'threats').map((row) => [textOf(row, 'ThreatID'), textOf(row, 'ThreatName')]));
  const items = rowsOf(section, 'detections')
    .filter((row) => numberOf(row, 'CleaningActionID') === quarantined && flagOf(row, 'ActionSuccess') !== false)
    .flatMap((row) =>
      textsOf(row, 'Resources', 1100)
        .map((resource) => /^file:_(.+)$/.exec(resource)?.[1]?.replace(/->.*$/, ''))
        .filter((path) => path !== undefined)
        .map((path, at) =>
          item({
            product: 'Microsoft Defender Antivirus',
            number: at === 0 ? textOf(row, 'DetectionID', 200) : `${textOf(row, 'DetectionID', 190)}#${at + 1}`,
            name: path.split('\\').at(-1)?.slice(0, 255),
            path: withoutHome(path).slice(0, 1024),
            placedAt: timeOf(row['InitialDetectionTime']),
            threat: names.get(textOf(row, 'ThreatID')),
            state: 'infected',
            account: textOf(row, 'DomainUser'),
          }),
        ),
    );
  return sortItems(items, 'product', 'number');
};
