import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'a controller: what is known, from where, and what did not win',
  positionals: 'ID',
  options: { all: { type: 'boolean', help: 'facts that lost and refusals, too' } },
  example: 'sallyport controller show plc-0123456789abcdef --all --data /var/lib/sallyport',
  run: async ({ open, out, positionals, flag }) => {
    const [id, ...rest] = positionals;
    if (id === undefined || rest.length > 0) throw new AppError('USAGE', 'give the id of one controller');
    const { plcs } = await open();
    const plc = plcs.get(id);
    const facts = plcs.facts(plc.id).filter(({ wins }) => wins || flag('all'));
    const differs = plcs.drift(plc.id).map(({ part, field, configured, observed }) => ({
      sort: part.sort,
      key: part.key,
      field,
      configured,
      observed,
    }));
    const proposals = plcs.proposals(plc.id);
    const merges = plcs.mergesOf(plc.id);
    out.line(`${plcs.label(plc.id)}: ${plc.publicId}, ${plc.state}, ${plc.decision}`);
    for (const { sort, key, field, configured, observed } of differs)
      out.line(`differs: ${key === '' ? sort : `${sort} ${key}`} ${field}, planned ${configured}, read ${observed}`);
    for (const { plc: other, kind, value } of proposals) out.line(`may be ${other}: same ${kind} ${value}`);
    for (const { id: merge, other } of merges)
      out.line(`merge ${merge}: ${other}; back with: sallyport controller unmerge ${merge}`);
    out.line('');
    out.table(
      ['PART', 'FIELD', 'SIDE', 'VALUE', 'METHOD', 'SOURCE', 'AT', 'ORIGIN', 'WINS'],
      facts.map((fact) => [
        fact.key === '' ? fact.sort : `${fact.sort} ${fact.key}`,
        fact.field,
        fact.side,
        fact.value ?? `(${fact.error}: ${fact.reason})`,
        fact.method,
        fact.source,
        toTime(fact.observedAt),
        fact.origin,
        fact.wins ? 'yes' : null,
      ]),
    );
    out.result({
      ...plc,
      into: plc.into === null ? null : (plcs.byId(plc.into)?.publicId ?? null),
      name: plcs.label(plc.id),
      parts: plcs.parts(plc.id),
      facts,
      differs,
      proposals,
      merges,
      entered: plcs.entered(id),
    });
    return 0;
  },
};
