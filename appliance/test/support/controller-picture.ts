import type { ControllerService } from '../../src/features/controllers/service.ts';
import { wholeSite } from '../../src/platform/scope.ts';

const sorted = (value: unknown): unknown =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, inner]) => [name, sorted(inner)]),
      )
    : value;

/** What two sites have in common, whatever their records are called: every record with what wins, its facts and its state. */
export const controllerPicture = (
  controllers: Pick<ControllerService, 'ids' | 'byId' | 'parts' | 'facts'>,
  most = 1_000,
): string[] =>
  controllers
    .ids(0, most)
    .flatMap((id) => {
      const controller = controllers.byId(id, wholeSite('job'));
      if (controller === undefined || controller.state === 'merged') return [];
      const parts = controllers
        .parts(id)
        .map(({ type, key, observed, configured }) => ({ type, key, observed, configured }));
      const facts = controllers
        .facts(id)
        .map(({ field, side, value, source, observedAt, wins }) => ({ field, side, value, source, observedAt, wins }));
      const { state, decision, firstSeenAt, lastSeenAt } = controller;
      const rest = {
        state,
        decision,
        firstSeenAt,
        lastSeenAt,
        facts: facts.map((fact) => JSON.stringify(fact)).sort(),
      };
      return [JSON.stringify({ parts: parts.map((part) => JSON.stringify(sorted(part))).sort(), rest })];
    })
    .sort();
