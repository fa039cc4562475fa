import { type Field, type Vocabulary, vocabularyOf } from '../../platform/filter/types.ts';
import type { Condition } from '../../platform/list/condition.ts';
import { likePattern } from '../../platform/text.ts';
import { DECISIONS, SEVERITIES } from '../vulnerabilities/types.ts';
import { THREATS_PER_EXPLOITATION } from './priority.ts';
import { controllerFixStates, controllerVerdicts, exploitations } from './types.ts';

// What filters can ask of a finding of controllers, over controller_match m, controller_identity i and controller_document d.

const holding = (text: string): Condition => {
  const pattern = likePattern(text);
  return {
    sql: `(m.vulnerability like ? escape '\\' or i.label like ? escape '\\' or i.family like ? escape '\\'
      or d.key like ? escape '\\' or d.title like ? escape '\\')`,
    params: [pattern, pattern, pattern, pattern, pattern],
  };
};

const exact = (name: string, column: string, more: Partial<Field> = {}): Field => ({
  name,
  type: 'text',
  ops: ['=', '!='],
  // As the index has it: the case counts.
  source: { test: (value) => ({ sql: `${column} = ?`, params: [value] }) },
  ...more,
});

const choice = (name: string, options: readonly string[], column: string, more: Partial<Field> = {}): Field => ({
  name,
  type: 'choice',
  options,
  ops: ['=', '!='],
  source: { scalar: column },
  ...more,
});

type Told = {
  /** What is held back: `only` or `all` of it. */
  readonly held: (wanted: string) => Condition;
  /** The number of a controller in reach by its public id; one that is not there has no findings. */
  readonly numberOf: (controller: string) => number;
  /** SQL of the worst decision over the controllers in reach, as a place in the row of decisions. */
  readonly rank: string;
};

/** Everything that can be asked. */
export function controllerFindingVocabulary({ held, numberOf, rank }: Told): Vocabulary {
  const ofController = (controller: string): Condition => ({
    sql: 'i.id in (select identity from controller_part_identity where controller = ?)',
    params: [numberOf(controller)],
  });
  return vocabularyOf([
    choice('decision', DECISIONS, rank, { stored: 'rank' }),
    choice('verdict', controllerVerdicts, 'm.verdict'),
    choice('severity', SEVERITIES, 'm.severity'),
    choice('exploitation', exploitations, `m.threat / ${THREATS_PER_EXPLOITATION}`, { stored: 'rank' }),
    choice('held', ['only', 'all'], '', { ops: ['='], source: { test: held } }),
    choice('fixState', controllerFixStates, 'm.fix_state', { also: ['remedy'] }),
    exact('vendor', 'i.vendor'),
    exact('family', 'i.family'),
    { name: 'product', type: 'text', ops: ['contains', '=', '!=', 'starts'], source: { scalar: 'i.label' } },
    exact('vulnerability', 'm.vulnerability', { also: ['cve'] }),
    { name: 'controller', type: 'text', ops: ['=', '!='], source: { test: ofController } },
    { name: 'since', type: 'time', source: { scalar: 'm.since' }, ops: ['older', 'newer', 'before', 'after'] },
    { name: 'text', type: 'text', ops: ['contains'], parameter: 'q', source: { test: holding } },
  ]);
}
