import CaptureFiles
import SystemPackage

/// Files of a person's own naming: what exists is not overwritten.
enum NewFile {
  /// Who may read a file.
  enum Readers {
    /// Everybody, as the person's mask allows.
    case all
    /// The owner alone: a secret.
    case owner

    fileprivate var permissions: FilePermissions {
      self == .owner ? .ownerReadWrite : [.ownerReadWrite, .groupRead, .otherRead]
    }
  }

  /// Creates an empty file and opens it for writing; the caller closes it.
  static func create(_ path: String, for readers: Readers = .all) throws(InputError) -> FileDescriptor {
    do {
      return try .open(
        FilePath(path), .writeOnly, options: [.create, .exclusiveCreate], permissions: readers.permissions)
    } catch {
      let cause = "\(error as? Errno ?? .ioError)"
      throw InputError(path, "cannot be created: \(cause)", remedy: "choose another name or folder")
    }
  }
}
