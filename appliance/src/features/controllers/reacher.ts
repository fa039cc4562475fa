import { AppError, invalid } from '../../platform/errors.ts';
import type { Scope } from '../../platform/scope.ts';
import type { Proposal } from './merge.ts';
import type { RecordState } from './record-state.ts';
import type { RecordStore } from './record-store.ts';

/** What of records a person reaches, and what he may do to it. */
export const reacher = (parts: {
  records: RecordStore;
  state: Pick<RecordState, 'neighbours'>;
  proposalsOf: (controller: number) => Proposal[];
}) => {
  const { records, state, proposalsOf } = parts;
  const isReached = (controller: number, scope: Scope): boolean => records.reached([controller], scope).length === 1;
  /**
   * After a write: the record is in a zone in reach, and takes the place of none out of reach. A zone out of reach is refused like one
   * that is not there; so nothing is pushed out of reach. What would take a place is for who writes the whole site, and no more is told.
   */
  const assertStays = (controller: number, scope: Scope): void => {
    if (scope.site) return;
    if (!isReached(controller, scope)) throw invalid({ zone: { key: 'validation.reference' } });
    const replaced = state
      .neighbours(controller)
      .filter((other) => records.byId(other)?.into_controller === controller);
    if (records.reached(replaced, scope).length < replaced.length)
      throw new AppError('FORBIDDEN', 'needs the right controllers:write', { right: 'controllers:write' });
  };
  /** The other record is in reach, too. */
  const proposalsIn = (controller: number, scope: Scope): Proposal[] => {
    const proposals = proposalsOf(controller);
    if (scope.site || proposals.length === 0) return proposals;
    const reached = new Set(
      records.reached(
        proposals.map(({ other }) => other),
        scope,
      ),
    );
    return proposals.filter(({ other }) => reached.has(other));
  };
  return { isReached, assertStays, proposalsIn };
};
