import type { Credentials, PlanFor, SnmpUser } from '@sallyport/bundle-tools/controllers/protocols/types';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { ObjectOf, ObjectService } from '../../engine/objects/service.ts';
import type { Body } from '../../engine/objects/types.ts';
import { planOf } from './plan.ts';
import type { PolicyOf } from './policies.ts';
import type { ControllerViews, Plan, PlanPlace } from './types.ts';

export const jobKind = 'controller-identification';
const credentialKind = 'controller-credential';

const text = (body: Body, name: string): string => (typeof body[name] === 'string' ? body[name] : '');

/** What a credential holds, for the client of SNMP. */
const credentialsOf = (body: Body): Credentials => {
  const by = text(body, 'authBy');
  const [password, privacy, community] = [
    text(body, 'authPassword'),
    text(body, 'privacyPassword'),
    text(body, 'community'),
  ];
  const user: SnmpUser | undefined =
    text(body, 'user') === ''
      ? undefined
      : {
          name: text(body, 'user'),
          ...(by === 'sha1' || by === 'sha256' ? { auth: { by, password } } : {}),
          ...(privacy === '' ? {} : { privacy: { password: privacy } }),
        };
  return { snmp: { ...defined({ user }), ...(community === '' ? {} : { community }) } };
};

/** Plans of jobs, by what is so now. */
export const jobPlans = (parts: {
  objects: ObjectService;
  controllers: ControllerViews;
  policyOf: PolicyOf;
  planFor: PlanFor;
  /** Name of a device that has an agent; undefined where there is none. */
  agentName: (publicId: string) => string | undefined;
}) => {
  const { objects, controllers, policyOf, planFor } = parts;

  const placeOf = (job: ObjectOf<'controller-identification'>): PlanPlace => {
    const agent = text(job.body, 'agent');
    return agent === '' ? { by: 'appliance' } : { by: 'agent', device: agent, name: parts.agentName(agent) ?? agent };
  };

  const credentialOf = (id: unknown) => {
    const found = typeof id === 'string' ? objects.find(credentialKind, id, { secrets: true }) : undefined;
    return found === undefined
      ? undefined
      : { id: found.id, revision: found.revision, credentials: credentialsOf(found.body) };
  };

  return {
    plan: (job: ObjectOf<'controller-identification'>): Plan =>
      planOf({
        job,
        place: placeOf(job),
        credential: credentialOf(job.body['credential']),
        find: controllers.find,
        policyOf,
        planFor,
      }),
    /** Of an approved plan; undefined once they were changed since. */
    credentials: (plan: Plan): Credentials | undefined => {
      const found = credentialOf(plan.credential?.id);
      return found !== undefined && found.revision === plan.credential?.revision ? found.credentials : undefined;
    },
  };
};

export type JobPlans = ReturnType<typeof jobPlans>;
