import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { LogOut, Plug } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { logout } from '@/api/actions';
import { tell } from '@/lib/toasts';
import { useErrorWords } from '@/lib/useErrorWords';
import { isDesktop } from '@/native';
import { Button } from '@/parts/ui/Button';

/** What stands below the pages: connecting a client, and leaving. */
export function SideFoot({ connect }: { connect: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const words = useErrorWords();
  const leave = async () => {
    try {
      await logout();
    } catch (error) {
      tell('bad', ...words(error));
      return;
    }
    client.clear();
    navigate({ to: '/login', search: {} });
  };
  return (
    <div className="flex gap-1 md:flex-col">
      <Button onClick={connect} className="justify-center">
        <Plug />
        {t('connect.open')}
      </Button>
      {!isDesktop() && (
        <Button look="quiet" onClick={leave} className="justify-center">
          <LogOut />
          {t('shell.logout')}
        </Button>
      )}
    </div>
  );
}
