import { z } from 'zod';
import { operationsOver } from '../../server/operations/operation.ts';
import type { ListViewService } from './service.ts';
import { type ListView, maxListLength, maxNameLength, maxQueryLength, viewSchema } from './types.ts';

const { operation } = operationsOver<{ listViews: ListViewService }>({ area: 'devices', bound: 'owner' });

export const listViewSchemas = { ListView: viewSchema };

const idInput = z.coerce.number().int().min(1);
const line = ({ id, list, name, query }: ListView): string[] => [String(id), list, name, query];

export const listViewOperations = [
  operation({
    name: 'list-view.list',
    http: { method: 'get', path: '/list-views' },
    right: 'devices:read',
    summary: 'The saved views of the caller, by list and name',
    input: z.strictObject({ list: z.string().max(maxListLength).optional() }),
    output: z.object({ rows: z.array(viewSchema) }),
    run: ({ listViews, actor }, { list }) => ({ rows: listViews.of(actor, list) }),
    command: {
      example: 'sallyport list-view list --json',
      print: (out, { rows }) => out.table(['ID', 'LIST', 'NAME', 'QUERY'], rows.map(line)),
    },
  }),
  operation({
    name: 'list-view.save',
    http: { method: 'post', path: '/list-views' },
    right: 'devices:read',
    summary: 'Saves a view of a list by name; one of the same name is replaced',
    input: z.strictObject({
      list: z.string().max(maxListLength).describe('Path of the page: /devices'),
      name: z.string().max(maxNameLength),
      query: z.string().max(maxQueryLength).describe('Filter, sort and columns, as the address has them'),
    }),
    output: viewSchema,
    run: ({ listViews, actor }, input) => listViews.save(actor, input),
    command: {
      example: 'sallyport list-view save --list /devices --name "Spare pumps" --query "tag=spare&sort=name"',
      print: (out, view) => out.line(line(view).join('  ')),
    },
  }),
  operation({
    name: 'list-view.rename',
    http: { method: 'put', path: '/list-views/{id}' },
    right: 'devices:read',
    summary: 'Gives a view of the caller another name',
    input: z.strictObject({ id: idInput, name: z.string().max(maxNameLength) }),
    output: viewSchema,
    run: ({ listViews, actor }, { id, name }) => listViews.rename(actor, id, name),
    command: {
      positionals: ['id'],
      example: 'sallyport list-view rename 3 --name "Pumps"',
      print: (out, view) => out.line(line(view).join('  ')),
    },
  }),
  operation({
    name: 'list-view.remove',
    http: { method: 'delete', path: '/list-views/{id}', status: 204 },
    right: 'devices:read',
    summary: 'Removes a view of the caller',
    input: z.strictObject({ id: idInput }),
    output: z.void(),
    run: ({ listViews, actor }, { id }) => void listViews.remove(actor, id),
    command: {
      positionals: ['id'],
      example: 'sallyport list-view remove 3',
      print: (out) => out.note('removed'),
    },
  }),
];
