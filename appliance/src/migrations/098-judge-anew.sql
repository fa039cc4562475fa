-- Every device is looked at again: what publishers and ends of support say of its coverage was not asked before.
update rule_round set after_device = 0, again = 0;
