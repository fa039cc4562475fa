import { fins } from '@sallyport/appliance/features/controller-imports/passive/fins';
import { passiveTarget } from '../passive.ts';

export const target = passiveTarget(fins, ['fins-udp', 'fins-tcp']);
