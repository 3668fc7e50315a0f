import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { FieldValues, Path, UseFormReturn } from 'react-hook-form';
import { ApiError } from '@/api/errors';
import { type GatewayEvent, refreshAfter } from '@/api/events';
import { tell } from './toasts';
import { useErrorWords } from './useErrorWords';

type Change<In, Out> = {
  /** What asks the gateway. */
  run: (input: In) => Promise<Out>;
  /** The kind of record that changes, as the gateway's events name it. */
  what: string;
  /** What to say when it is done. */
  done?: string;
};

/**
 * Changes something on the gateway. What shows it is refreshed when the answer is here, events or not.
 * `change` rejects, for forms; `attempt` tells the user about a failure by itself.
 */
export function useChange<In, Out = unknown>({ run, what, done }: Change<In, Out>) {
  const client = useQueryClient();
  const words = useErrorWords();
  const mutation = useMutation<Out, unknown, In>({
    mutationFn: run,
    onSettled: () => refreshAfter(client, { type: 'config', what } satisfies GatewayEvent),
    onSuccess: () => {
      if (done) tell('good', done);
    },
  });
  const attempt = async (input: In): Promise<Out> => {
    try {
      return await mutation.mutateAsync(input);
    } catch (error) {
      tell('bad', ...words(error));
      throw error;
    }
  };
  return {
    change: mutation.mutateAsync,
    /** For buttons: a failure was told already. */
    attempt: (input: In) => void attempt(input).catch(() => undefined),
    attemptThen: attempt,
    busy: mutation.isPending,
  };
}

/** Shows an error at the form field it names; says whether there was one. */
export function giveToField<T extends FieldValues>(form: UseFormReturn<T>, error: unknown): boolean {
  if (!(error instanceof ApiError) || !error.field) return false;
  // A part of a field (`quirks.images`) is told at the field.
  const field = [error.field, error.field.split('.')[0] ?? ''].find((name) => name in form.getValues());
  if (field === undefined) return false;
  form.setError(field as Path<T>, { message: error.detail }, { shouldFocus: true });
  return true;
}
