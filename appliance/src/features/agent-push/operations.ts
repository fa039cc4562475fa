import { z } from 'zod';
import { operationsOver } from '../../server/operations/operation.ts';
import type { AgentPushService } from './service.ts';
import { agentPackage, type PushRun, pushRun, pushWishesSchema } from './types.ts';

// Our own agent onto a computer over SSH, and the packages of the agent that lie here.

const { operation } = operationsOver<{ agentPush: AgentPushService }>({ area: 'devices', bound: 'site' });

export const agentPushSchemas = { AgentPush: pushRun, AgentPackage: agentPackage };

const rowOf = ({ fingerprint, ...rest }: PushRun): z.input<typeof pushRun> => ({
  ...rest,
  hostKey: fingerprint,
});

const maxKeyFileBytes = 16_384;
const maxPasswordFileBytes = 1_000;

export const agentPushOperations = [
  operation({
    name: 'agent.look',
    http: { method: 'post', path: '/agent-pushes/host-keys' },
    right: 'accounts:write',
    summary: 'The keys by which the SSH server of a computer proves itself, to be compared before anybody logs in',
    input: z.strictObject({ address: pushWishesSchema.shape.address }),
    output: z.object({ rows: z.array(z.object({ type: z.string(), fingerprint: z.string() })) }),
    run: async ({ agentPush, actor }, { address }) => ({
      rows: (await agentPush.look(actor, address)).map(({ type, fingerprint }) => ({ type, fingerprint })),
    }),
    command: {
      positionals: ['address'],
      example: 'sallyport agent look 10.20.0.15',
      print: (out, { rows }) => {
        out.table(
          ['TYPE', 'FINGERPRINT'],
          rows.map(({ type, fingerprint }) => [type, fingerprint]),
        );
        out.note('on the computer: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub');
      },
    },
  }),
  operation({
    name: 'agent.start',
    http: { method: 'post', path: '/agent-pushes', status: 201 },
    right: 'accounts:write',
    summary:
      'Begins to install the agent on a computer over SSH; how one logs in is used for this alone and kept nowhere',
    input: pushWishesSchema,
    output: z.object({ id: z.int() }),
    run: ({ agentPush, actor }, wishes) => ({ id: agentPush.start(actor, wishes).id }),
  }),
  operation({
    name: 'agent.push',
    right: 'accounts:write',
    summary: 'Installs the agent on a computer over SSH; how one logs in is read from files and kept nowhere',
    input: pushWishesSchema,
    output: pushRun,
    run: async ({ agentPush, actor, note }, wishes) => {
      const { ended } = agentPush.start(actor, wishes);
      note(`installs the agent on ${wishes.address}`);
      return rowOf(await ended);
    },
    command: {
      positionals: ['address'],
      flags: {
        hostKey: { value: 'SHA256:…' },
        user: { value: 'NAME' },
        password: { name: 'password-file', value: 'FILE', reads: maxPasswordFileBytes },
        key: { name: 'key-file', value: 'FILE', reads: maxKeyFileBytes },
        server: { value: 'URL' },
        group: { value: 'ID' },
      },
      example: 'sallyport agent push 10.20.0.15 --host-key SHA256:… --user root --password-file ./password',
      print: (out, { address, code, message }) => {
        if (code === null) out.line(`${address} has the agent; it is heard when its service has started`);
        else out.line(`${address}: ${code}: ${message ?? ''}`);
      },
      exit: ({ code }) => (code === null ? 0 : 1),
    },
  }),
  operation({
    name: 'agent.pushes',
    http: { method: 'get', path: '/agent-pushes' },
    right: 'accounts:write',
    summary: 'Runs over SSH since this server started, the newest first; the journal has those before',
    input: z.strictObject({}),
    output: z.object({ rows: z.array(pushRun) }),
    run: ({ agentPush }) => ({ rows: agentPush.runs().map(rowOf) }),
  }),
  operation({
    name: 'agent.packages',
    http: { method: 'get', path: '/agent-packages' },
    right: 'devices:read',
    summary: 'Packages of the agent that lie on this server, to be handed out and installed over SSH',
    input: z.strictObject({}),
    output: z.object({ rows: z.array(agentPackage) }),
    run: ({ agentPush }) => ({ rows: agentPush.packages.list() }),
    command: {
      example: 'sallyport agent packages',
      print: (out, { rows }) => {
        out.table(
          ['FILE', 'VERSION', 'BYTES'],
          rows.map(({ name, version, sizeBytes }) => [name, version, sizeBytes]),
        );
        if (rows.length === 0) out.note('out of the file of a release: sallyport agent packages take FILE');
      },
    },
  }),
];
