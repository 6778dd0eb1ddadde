import type { FuzzTarget } from './target.ts';
import { busAddress } from './targets/bus-address.ts';
import { busMessage } from './targets/bus-message.ts';
import { busReply } from './targets/bus-reply.ts';
import { busStream } from './targets/bus-stream.ts';
import { credentialFile } from './targets/credential-file.ts';
import { dockerRequest } from './targets/docker-request.ts';
import { doctorReport } from './targets/doctor-report.ts';
import { envelope } from './targets/envelope.ts';
import { gitRequest } from './targets/git-request.ts';
import { helperArguments } from './targets/helper-arguments.ts';
import { payload } from './targets/payload.ts';
import { placement } from './targets/placement.ts';
import { protocolRequest } from './targets/protocol-request.ts';
import { session } from './targets/session.ts';
import { setupRecord } from './targets/setup-record.ts';
import { strictJson } from './targets/strict-json.ts';
import { tokenResponse } from './targets/token-response.ts';
import { tokenSet } from './targets/token-set.ts';
import { toolConfiguration } from './targets/tool-configuration.ts';
import { undoRecord } from './targets/undo-record.ts';

const everywhere: readonly FuzzTarget[] = [
  tokenSet,
  ...[payload, envelope, placement, doctorReport, session, tokenResponse, credentialFile, undoRecord],
  ...[gitRequest, dockerRequest, protocolRequest, strictJson, helperArguments],
  ...[setupRecord, toolConfiguration],
  ...[busAddress, busMessage, busReply],
];

/** Every parser of untrusted input. Windows has no sockets at a path. */
export const targets: readonly FuzzTarget[] = process.platform === 'win32' ? everywhere : [...everywhere, busStream];
