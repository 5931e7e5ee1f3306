/** The part of qrcode-svg that is used; the package has no types of its own. */
declare module "qrcode-svg" {
  interface Options {
    /** Not empty. */
    content: string;
    /** Error correction: 7, 15, 25 or 30 per cent of the drawing may be lost. */
    ecl: "L" | "M" | "Q" | "H";
  }
  export default class QRCode {
    constructor(options: Options);
    /** `modules[row][column]`, true = dark. */
    readonly qrcode: { readonly modules: readonly (readonly boolean[])[] };
  }
}
