//! Functions of sprig that helmsum knows and refuses where they are called.

/// In a checksum, a new key or certificate in every run would roll the pods every time.
const CERTIFICATE: &str = "it makes a new key or certificate in every run, so a checksum over it would never stay the same: \
                           make the certificate once, keep it in a file, and read that with `readFile`";

/// The same for random salt.
const SALTED: &str = "it salts its result with random bytes, so a checksum over it would never stay the same: keep the \
                      result in a file or a secret, and read that";

/// The names, and what the user can do instead.
pub(super) const REFUSED: &[(&str, &str)] = &[
    ("bcrypt", SALTED),
    ("buildCustomCert", "keep the certificate in a file, and read that with `readFile`"),
    ("decryptAES", "keep the secret in a file that helmfile decrypts, under `secrets:`"),
    ("encryptAES", SALTED),
    ("genCA", CERTIFICATE),
    ("genCAWithKey", CERTIFICATE),
    ("genPrivateKey", CERTIFICATE),
    ("genSelfSignedCert", CERTIFICATE),
    ("genSelfSignedCertWithKey", CERTIFICATE),
    ("genSignedCert", CERTIFICATE),
    ("genSignedCertWithKey", CERTIFICATE),
    (
        "getHostByName",
        "its answer comes from the network and may differ in every run: write the address into a values file",
    ),
    ("htpasswd", SALTED),
];
