// Errata that dnf and zypper know from the metadata they hold already.

export type Erratum = {
  id: string;
  kind: 'security' | 'feature' | 'other';
  severity: 'critical' | 'important' | 'moderate' | 'low' | undefined;
  packages: string[];
  title: string;
  releasedAt: string | undefined;
};

const maxErrata = 20_000;

const severityOf = (text: string): Erratum['severity'] =>
  (['critical', 'important', 'moderate', 'low'] as const).find((one) => text.toLowerCase().startsWith(one));

const kindOf = (text: string): Erratum['kind'] =>
  /sec/i.test(text) ? 'security' : /enhancement|feature|recommended/i.test(text) ? 'feature' : 'other';

const merge = (errata: readonly Erratum[]): Erratum[] => {
  const byId = new Map<string, Erratum>();
  for (const one of errata) {
    const held = byId.get(one.id);
    if (held === undefined) byId.set(one.id, one);
    else held.packages.push(...one.packages);
  }
  return [...byId.values()].slice(0, maxErrata);
};

const isoDate = (text: string | undefined): string | undefined => {
  const day = /^(\d{4}-\d{2}-\d{2})/.exec(text ?? '')?.[1];
  return day === undefined ? undefined : `${day}T00:00:00Z`;
};

/**
 * `dnf updateinfo list`. dnf 4: `RHSA-2024:4312 Important/Sec. openssh-8.7p1-38.el9_4.1.x86_64`; dnf 5 has columns for
 * name, type, severity, package and date.
 */
export const parseDnfErrata = (text: string): Erratum[] =>
  merge(
    text.split('\n').flatMap((row): Erratum[] => {
      const cells = row.trim().split(/\s+/);
      const [id = '', second = '', third = '', fourth] = cells;
      if (!/^[A-Z]+[A-Z0-9]*-[\w:.-]+$/.test(id)) return [];
      if (cells.length === 3) {
        const [severity = '', kind = severity] = second.split('/');
        return [
          {
            id,
            kind: kindOf(kind),
            severity: severityOf(severity),
            packages: [third],
            title: '',
            releasedAt: undefined,
          },
        ];
      }
      if (fourth === undefined) return [];
      const releasedAt = isoDate(cells[4]);
      return [{ id, kind: kindOf(second), severity: severityOf(third), packages: [fourth], title: '', releasedAt }];
    }),
  );

/** `zypper list-patches`: repository, name, category, severity, interactive, status, summary between bars. */
export const parseZypperPatches = (text: string): Erratum[] =>
  merge(
    text.split('\n').flatMap((row): Erratum[] => {
      const cells = row.split('|').map((cell) => cell.trim());
      const [, id = '', category = '', severity = '', , status = ''] = cells;
      const title = cells.at(-1) ?? '';
      if (cells.length < 7 || !/^needed$/i.test(status) || id === '') return [];
      return [
        { id, kind: kindOf(category), severity: severityOf(severity), packages: [], title, releasedAt: undefined },
      ];
    }),
  );
