import FoundationEssentials
import LocalStack

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Damages a stack of processes, which is thrown away after the scenario.
struct NativeDamage: StackDamage {
    let stack: LocalStack

    let mailTrouble = "mail folder"

    func refuseMails() throws {
        let folder = stack.layout.mail
        try FileManager.default.moveItem(atPath: folder, toPath: folder + ".away")
        try Data("not a folder".utf8).write(to: URL(filePath: folder))
    }

    func acceptMails() throws {
        let folder = stack.layout.mail
        try FileManager.default.removeItem(atPath: folder)
        try FileManager.default.moveItem(atPath: folder + ".away", toPath: folder)
    }

    func kill(_ service: String) throws {
        for name in stack.processNames where name.hasPrefix(service) {
            try expect(stack.signal(name, SIGKILL), "\(name) is not running")
        }
    }

    func mend() {}
}
