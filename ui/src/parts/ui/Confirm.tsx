import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './Button';
import { Dialog, DialogActions } from './Dialog';

type Props = {
  title: string;
  action: string;
  children: ReactNode;
  act: () => Promise<unknown>;
  onClose: () => void;
};

/** Asks before something that cannot be taken back. What went wrong is told by whoever acts. */
export function Confirm({ title, action, children, act, onClose }: Props) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const go = () => {
    setBusy(true);
    act().then(onClose, () => setBusy(false));
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <div className="p-4 text-soft">{children}</div>
      <DialogActions>
        <Button onClick={onClose}>{t('action.cancel')}</Button>
        <Button look="danger" busy={busy} onClick={go}>
          {action}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
