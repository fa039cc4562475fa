import { aasFile, plantControllers } from '../../support/plant-files.ts';
import { readTwice } from '../controller-files.ts';
import type { FuzzTarget } from '../target.ts';

/** Digital nameplates in JSON and XML. */
export const target: FuzzTarget = {
  name: 'controller-aas',
  run: (data) => readTwice('aas', data),
  seeds: () => [
    aasFile(plantControllers(2)),
    '{"modelType":"Submodel","idShort":"Nameplate","submodelElements":[{"idShort":"SerialNumber","value":"1"}]}',
    '[{"idShort":"Nameplate","submodelElements":{"a":{"idShort":"SerialNumber","value":{"langString":[{"language":"en","text":"x"}]}}}}]',
    '<environment><submodels><submodel><idShort>Nameplate</idShort><submodelElements><property><idShort>SerialNumber</idShort><value>1</value></property></submodelElements></submodel></submodels></environment>',
    '<aas:aasenv><aas:submodels><aas:submodel><aas:idShort>Nameplate</aas:idShort><aas:submodelElements><aas:submodelElement><aas:property><aas:idShort>SerialNumber</aas:idShort><aas:value>1</aas:value></aas:property></aas:submodelElement></aas:submodelElements></aas:submodel></aas:submodels></aas:aasenv>',
  ],
  words: [
    '"submodels":[',
    '"submodelElements":',
    '"idShort":"',
    '"value":',
    '"keys":[',
    '"langString":',
    '<submodel>',
    '<property>',
    '<value>',
    '<idShort>',
  ],
};
