import { modbus } from '@sallyport/appliance/features/controller-imports/passive/modbus';
import { passiveTarget } from '../passive.ts';

export const target = passiveTarget(modbus, ['modbus']);
