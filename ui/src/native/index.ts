import type { GatewayEvent } from '@/api/events';

/** Whether this page lives in Keyway's own window: no login there, no cookies, events from the app. */
export function isDesktop(): boolean {
  return location.protocol === 'keyway:' || location.hostname === 'keyway.localhost';
}

/** Listens to the app's events until the returned function is called. */
export function listenToDesktop(receive: (event: GatewayEvent) => void): () => void {
  let stop: (() => void) | undefined;
  let stopped = false;
  import('./tauri').then(async ({ onGatewayEvent }) => {
    stop = await onGatewayEvent(receive);
    if (stopped) stop();
  });
  return () => {
    stopped = true;
    stop?.();
  };
}
