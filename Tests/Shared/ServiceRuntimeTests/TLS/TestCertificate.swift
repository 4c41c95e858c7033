import FoundationEssentials

@testable import ServiceRuntime

/// A certificate that signs itself for `localhost` and `127.0.0.1` until the year 2126, where nothing else is said, and its
/// key, both in PEM.
struct TestCertificate {
    let certificate: String
    let key: String

    static let first = TestCertificate(
        certificate: """
            -----BEGIN CERTIFICATE-----
            MIIBnTCCAUOgAwIBAgIUOjvboY+llAraInf5y6uXcl4kyHQwCgYIKoZIzj0EAwIw
            FTETMBEGA1UEAwwKZmlyc3QudGVzdDAgFw0yNjExMjExOTAwMzBaGA8yMTI2MTAy
            ODE5MDAzMFowFTETMBEGA1UEAwwKZmlyc3QudGVzdDBZMBMGByqGSM49AgEGCCqG
            SM49AwEHA0IABDuSOx2vsn/sr3zCfS6ymeYAQ1oxLSHu3vYsFTrd3ct3GiraFUqj
            GkXgc6lK/oNiZcYRug/W98YQ2RTyMBBoATSjbzBtMB0GA1UdDgQWBBSRAQ7AxkJc
            SvgWKmXsBqiCJeF41DAfBgNVHSMEGDAWgBSRAQ7AxkJcSvgWKmXsBqiCJeF41DAP
            BgNVHRMBAf8EBTADAQH/MBoGA1UdEQQTMBGCCWxvY2FsaG9zdIcEfwAAATAKBggq
            hkjOPQQDAgNIADBFAiEAkgsbN+28Kl6Mc5CiXz8JyeeTbwRtDkFwKBKgJhDlx4EC
            IFUutVvfrt1kxGRsgv5ss6xvOHL27IsBnZu9ADTaV5h8
            -----END CERTIFICATE-----
            """,
        key: """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgSaLtRhaGBL+RPB9D
            nlOECW5z3reDJaOEvqTAeX4lrF+hRANCAAQ7kjsdr7J/7K98wn0uspnmAENaMS0h
            7t72LBU63d3Ldxoq2hVKoxpF4HOpSv6DYmXGEboP1vfGENkU8jAQaAE0
            -----END PRIVATE KEY-----
            """
    )

    static let second = TestCertificate(
        certificate: """
            -----BEGIN CERTIFICATE-----
            MIIBoDCCAUWgAwIBAgIUbIDb45hyZMXAL5r+EakbJjniB9wwCgYIKoZIzj0EAwIw
            FjEUMBIGA1UEAwwLc2Vjb25kLnRlc3QwIBcNMjYxMTIxMTkwMDMwWhgPMjEyNjEw
            MjgxOTAwMzBaMBYxFDASBgNVBAMMC3NlY29uZC50ZXN0MFkwEwYHKoZIzj0CAQYI
            KoZIzj0DAQcDQgAEO8OR5NnnYYf5iJbeMIFqg8Qqnf4YtnkC6EsO4UDWby406p0e
            wbhEr/nbTJ/HpwDWZwfcSPbVwy1cl011fZiNcaNvMG0wHQYDVR0OBBYEFKBBsmov
            HMJ4Vjfjzv/FP3PO1W3yMB8GA1UdIwQYMBaAFKBBsmovHMJ4Vjfjzv/FP3PO1W3y
            MA8GA1UdEwEB/wQFMAMBAf8wGgYDVR0RBBMwEYIJbG9jYWxob3N0hwR/AAABMAoG
            CCqGSM49BAMCA0kAMEYCIQDQysCp7nkK2owm07dNok1qESjau+5ULiBzQBAz9wRg
            cgIhAKcH1cbw84tcraZ/Fa4Ls0ahLoDAYQ5Wzstw5gRo8fBI
            -----END CERTIFICATE-----
            """,
        key: """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg+TP545ha5XYi/bps
            l1AppzVYK5WcAPL10GQ3jyFz/4ShRANCAAQ7w5Hk2edhh/mIlt4wgWqDxCqd/hi2
            eQLoSw7hQNZvLjTqnR7BuESv+dtMn8enANZnB9xI9tXDLVyXTXV9mI1x
            -----END PRIVATE KEY-----
            """
    )

    /// Ran out on 2 January 2020.
    static let expired = TestCertificate(
        certificate: """
            -----BEGIN CERTIFICATE-----
            MIIBFTCBvAIBATAKBggqhkjOPQQDAjAXMRUwEwYDVQQDDAxleHBpcmVkLnRlc3Qw
            HhcNMjAwMTAxMDAwMDAwWhcNMjAwMTAyMDAwMDAwWjAXMRUwEwYDVQQDDAxleHBp
            cmVkLnRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQnDZ/RTe+1qAeyQ8jy
            oIvpOCXkD2apEhJMCTWYFs9pJeHmlF2A0QSWABZReH/zSkhbEEvhhp0OkXy97IVd
            iiVwMAoGCCqGSM49BAMCA0gAMEUCIQDz9EdIlucVzhNGcxvyfg+K/MWe6XWuixIT
            km+ePCeXUgIgfsTV61HWk7Y8jSBfoJATwG/xwuL7cMd95Tcj6nq0HyY=
            -----END CERTIFICATE-----
            """,
        key: """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgr/2uy9wU6TmbxNlf
            rEBoz0XJ0QhUYkqBd3iP60EulimhRANCAAQnDZ/RTe+1qAeyQ8jyoIvpOCXkD2ap
            EhJMCTWYFs9pJeHmlF2A0QSWABZReH/zSkhbEEvhhp0OkXy97IVdiiVw
            -----END PRIVATE KEY-----
            """
    )

    /// The key of ``first`` behind a passphrase.
    static let encryptedKey = """
        -----BEGIN EC PRIVATE KEY-----
        Proc-Type: 4,ENCRYPTED
        DEK-Info: AES-128-CBC,6522A8BA240738D923319DDF56A8DA36

        FOkmu2oMU4epugDdv6Uq0y3940ZjEZ1FjciRmjOTlLIS4UCwToQhbMPpheHtKBrO
        nfV2sMh/GAOH+7TIAF7S9l+2btubf+Zg3+KaAD9DthV3lkBIFd1cQ/VFQgNS5Y/y
        gvsG8DQ/rKQrHkyIgiaIjdOKvIb3XFFZRwdszGh4SrY=
        -----END EC PRIVATE KEY-----
        """
}

/// The two files of a listener in a directory of a test.
extension CertificateFiles {
    init(in directory: String) {
        self.init(certificate: directory + "/certificate.pem", key: directory + "/key.pem")
    }

    func write(_ certificate: TestCertificate) throws {
        try write(certificate: certificate.certificate, key: certificate.key)
    }

    /// Writes what is given, each as a new file, as those who replace certificates do.
    func write(certificate: String? = nil, key: String? = nil) throws {
        for (path, text) in [(self.certificate, certificate), (self.key, key)] {
            guard let text else { continue }
            try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
        }
    }
}
