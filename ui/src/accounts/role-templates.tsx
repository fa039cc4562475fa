import type { Ctx } from '../context.ts';
import { paths } from '../paths.ts';

const every = [
  'devices',
  'controllers',
  'software',
  'vulnerabilities',
  'updates',
  'deployments',
  'queries',
  'exchange',
  'events',
  'accounts',
  'settings',
  'provision',
  'work',
] as const;

const reads = every.map((area) => `${area}:read`);

/** Rights to begin a role with, for the people of a plant; what of it a site wants otherwise is changed in the form. */
export const roleTemplates = {
  /** Rights that can be limited to groups and zones, so that it fits one line. */
  lineEngineer: [
    'devices:read',
    'controllers:write',
    'software:read',
    'vulnerabilities:read',
    'updates:read',
    'deployments:read',
    'events:read',
  ],
  mediaOperator: ['exchange:write', 'devices:read', 'updates:read', 'vulnerabilities:read', 'events:read', 'work:read'],
  /** Sees all, decides about vulnerabilities, is the second person; orders nothing that it approves. */
  securityOfficer: [
    ...reads,
    'vulnerabilities:write',
    'work:write',
    ...['devices', 'controllers', 'updates', 'deployments', 'queries', 'exchange', 'provision', 'safety'].map(
      (area) => `${area}:approve`,
    ),
  ],
  auditor: reads,
  administrator: ['all'],
} as const;

export type RoleTemplate = keyof typeof roleTemplates;

const names = Object.keys(roleTemplates) as RoleTemplate[];

/** Links to the form of a new role, filled with the rights of a template. */
export const RoleTemplates = ({ ctx }: { ctx: Ctx }) => (
  <div>
    <p>{ctx.t('roles.fromTemplate')}</p>
    <ul>
      {names.map((name) => {
        const given: [string, string][] = [
          ['name', ctx.t(`roles.template.${name}`)],
          ...roleTemplates[name].map((right): [string, string] => ['rights', right]),
        ];
        return (
          <li>
            <a href={`${paths.objectNew('role')}?${new URLSearchParams(given)}`}>{ctx.t(`roles.template.${name}`)}</a>{' '}
            <span class="second">{ctx.t(`roles.template.${name}.is`)}</span>
          </li>
        );
      })}
    </ul>
  </div>
);
