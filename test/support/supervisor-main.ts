import { hasEnded, type SupervisorOrder, supervise } from './supervisor.ts';

// supervisor-main.ts ROOT DATA start|stop|restart|ended: the supervisor as a program, as an upgrade starts it.

const [root = '', data = '', order = 'start'] = process.argv.slice(2);
if (order === 'ended') process.exitCode = hasEnded(root) ? 0 : 1;
else await supervise(root, data, order as SupervisorOrder);
