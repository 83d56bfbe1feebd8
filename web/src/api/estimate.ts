import { client, unwrap } from './client';
import type { components, operations } from './schema';

/** What is known of a file before it is sent; what is not known is left out. */
export type FileFacts = NonNullable<operations['estimate']['parameters']['query']>;

/** What will become of a file on this server, as far as it can tell. */
export type Estimate = components['schemas']['EstimateOutputBody'];

/** Asks the server what will become of a file. */
export function estimateOf(facts: FileFacts): Promise<Estimate> {
  return unwrap(client.GET('/api/v1/estimate', { params: { query: facts } }));
}
