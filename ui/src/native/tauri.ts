import { listen } from '@tauri-apps/api/event';
import type { GatewayEvent } from '@/api/events';

/** The name under which the app passes on what the gateway tells. */
const EVENT = 'gateway';

/** The only file that knows the desktop app's way of speaking. */
export function onGatewayEvent(receive: (event: GatewayEvent) => void): Promise<() => void> {
  return listen<GatewayEvent>(EVENT, (event) => receive(event.payload));
}
