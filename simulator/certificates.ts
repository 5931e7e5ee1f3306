/** The certificate chain of the server's noise key: root, then intermediate (serial 1), then leaf (serial 2). */
import { Curve, type KeyPair, proto } from "@whiskeysockets/baileys";

/** Issuer serial of the intermediate certificate, which names the root (`WA_CERT_DETAILS.SERIAL`). */
const ROOT_SERIAL = 0;
const VALIDITY_SECONDS = 365 * 24 * 60 * 60;

export interface Certificates {
  /** Public key (32 bytes) that signs the chain; a client has to be told to trust it. */
  rootKey: Uint8Array;
  /** The server's static noise key, the one the leaf certifies. */
  staticKeys: KeyPair;
  /** The encoded `proto.CertChain`, as it travels in the server's hello. */
  chain: Uint8Array;
}

/** Makes a fresh root and a chain under it that is valid for a year around `nowSeconds` (unix seconds). */
export function makeCertificates(nowSeconds: number): Certificates {
  const root = Curve.generateKeyPair();
  const intermediate = Curve.generateKeyPair();
  const staticKeys = Curve.generateKeyPair();
  const certify = (serial: number, issuerSerial: number, key: Uint8Array, issuer: KeyPair) => {
    const details = proto.CertChain.NoiseCertificate.Details.encode({
      serial,
      issuerSerial,
      key,
      notBefore: nowSeconds - VALIDITY_SECONDS,
      notAfter: nowSeconds + VALIDITY_SECONDS,
    }).finish();
    return { details, signature: Curve.sign(issuer.private, details) };
  };
  const chain = proto.CertChain.encode({
    intermediate: certify(1, ROOT_SERIAL, intermediate.public, root),
    leaf: certify(2, 1, staticKeys.public, intermediate),
  }).finish();
  return { rootKey: root.public, staticKeys, chain };
}
