/** Somebody who writes to the numbers under test: an account whose phone is simulated and always there. */
import { Person } from "./person.ts";

export class Contact extends Person {
  /** The next `times` messages to this contact are refused by the server with this code (463, 479…). */
  rejectsWith(code: number, times = 1): void {
    const waiting = this.simulation.rejections.get(this.phone) ?? [];
    this.simulation.rejections.set(this.phone, [...waiting, ...Array.from({ length: times }, () => code)]);
  }
}
