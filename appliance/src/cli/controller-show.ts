import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'a controller: what is known, from where, and what did not win',
  positionals: 'ID',
  options: { all: { type: 'boolean', help: 'facts that lost and refusals, too' } },
  example: 'sallyport controller show controller-0123456789abcdef --all --data /var/lib/sallyport',
  run: async ({ open, out, positionals, flag }) => {
    const [id, ...rest] = positionals;
    if (id === undefined || rest.length > 0) throw new AppError('USAGE', 'give the id of one controller');
    const { controllers } = await open();
    const controller = controllers.get(id);
    const facts = controllers.facts(controller.id).filter(({ wins }) => wins || flag('all'));
    const differs = controllers.drift(controller.id).map(({ part, field, configured, observed }) => ({
      sort: part.sort,
      key: part.key,
      field,
      configured,
      observed,
    }));
    const proposals = controllers.proposals(controller.id);
    const merges = controllers.mergesOf(controller.id);
    out.line(
      `${controllers.label(controller.id)}: ${controller.publicId}, ${controller.state}, ${controller.decision}`,
    );
    for (const { sort, key, field, configured, observed } of differs)
      out.line(`differs: ${key === '' ? sort : `${sort} ${key}`} ${field}, planned ${configured}, read ${observed}`);
    for (const { controller: other, kind, value } of proposals) out.line(`may be ${other}: same ${kind} ${value}`);
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
      ...controller,
      into: controller.into === null ? null : (controllers.byId(controller.into)?.publicId ?? null),
      name: controllers.label(controller.id),
      parts: controllers.parts(controller.id),
      facts,
      differs,
      proposals,
      merges,
      entered: controllers.entered(id),
    });
    return 0;
  },
};
