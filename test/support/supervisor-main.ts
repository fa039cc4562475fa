import { type SupervisorOrder, supervise } from './supervisor.ts';

// supervisor-main.ts ROOT DATA start|stop|restart: the supervisor as a program, as an upgrade starts it.

const [root = '', data = '', order = 'start'] = process.argv.slice(2);
await supervise(root, data, order as SupervisorOrder);
