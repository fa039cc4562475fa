import { dnp3 } from '@sallyport/appliance/features/controller-imports/passive/dnp3';
import { passiveTarget } from '../passive.ts';

export const target = passiveTarget(dnp3, ['dnp3']);
