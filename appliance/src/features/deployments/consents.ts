import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { ObjectOf, ObjectService } from '../../engine/objects/service.ts';
import { isText, type MakeAgreements } from '../accounts/types.ts';
import { CONSENTED_FIELDS, type Consent, type DeployConsents } from './types.ts';

// Consents to packages through agents that cannot verify them.

const KIND = 'deploy-consent';
const maxConsents = 10_000;
const maxOfGroup = 1_000;

type ConsentParts = {
  objects: ObjectService;
  agreements: MakeAgreements;
};

/** Consents over the object engine and the gate. */
export function deployConsents({ objects, agreements }: ConsentParts): DeployConsents {
  const agreed = agreements({
    kind: KIND,
    act: 'deploy-consent',
    fields: CONSENTED_FIELDS,
    write: 'deployments:write',
  });

  const toConsent = ({ id, body, updatedAt }: ObjectOf<typeof KIND>): Consent => {
    const [newest] = objects.revisions(KIND, id);
    return {
      id,
      name: String(body['name'] ?? ''),
      group: String(body['group'] ?? ''),
      reason: String(body['reason'] ?? ''),
      by: newest?.actor ?? '',
      at: toTime(updatedAt),
      agreedBy: isText(body['agreedBy']) ? body['agreedBy'] : null,
    };
  };

  return {
    guards: { [KIND]: agreed.guard },
    approvable: agreed.approvable,
    hindrance: agreed.hindrance,
    list: (): Consent[] => objects.list({ kind: KIND, limit: maxConsents }).rows.map(toConsent),
    get: (id: string): Consent => toConsent(objects.get(KIND, id)),
    isInForce: (groups: readonly string[]): boolean =>
      groups.some((group) =>
        objects
          .list({ kind: KIND, where: { group }, sort: 'createdAt', limit: maxOfGroup })
          .rows.some(({ body }) => isText(body['agreedBy'])),
      ),
    agree: (actor, id) => {
      agreed.agree(actor, id);
      return toConsent(objects.get(KIND, id));
    },
    refuse: agreed.refuse,
  };
}
