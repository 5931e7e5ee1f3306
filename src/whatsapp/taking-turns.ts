/** Runs jobs one after the other, whatever becomes of the one before. */
export function takingTurns() {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(job: () => Promise<T>): Promise<T> => {
    const turn = last.then(job, job);
    last = turn.catch(() => undefined);
    return turn;
  };
}
