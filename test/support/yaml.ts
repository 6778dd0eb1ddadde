import { parseYaml as parse } from '../../src/adapters/yaml/parse-yaml.ts';
import { parseEditableYaml, toYamlReader } from '../../src/domain/formats/yaml.ts';

/** As `keystow sweep` reads YAML. */
export const readYaml = toYamlReader(parse);

/** As `keystow setup` does. */
export const parseYaml = (text: string) => parseEditableYaml(text, parse);
