import CaptureFiles
import Glibc
import SystemPackage

/// A file that is made anew as a whole, such as a report: one that is there stays as it is until the new one is complete.
enum ReplacedFile {
  /// - Parameters:
  ///   - path: what is no file but a device or a pipe, such as `/dev/stdout`, is written to directly.
  ///   - body: writes all of it.
  static func write(
    to path: String, _ body: (inout DescriptorSink) throws(OutputError) -> Void
  ) throws {
    guard let target = target(of: path) else {
      let device = try open(path, called: path, [.truncate])
      defer { try? device.close() }
      var sink = DescriptorSink(device, name: path)
      return try body(&sink)
    }
    let draft = "\(target).\(getpid()).part"
    let file = try open(draft, called: path, [.create, .exclusiveCreate])
    do {
      defer { try? file.close() }
      var sink = DescriptorSink(file, name: path)
      try body(&sink)
    } catch {
      unlink(draft)
      throw error
    }
    guard rename(draft, target) == 0 else {
      let cause = Errno(rawValue: errno)
      unlink(draft)
      throw InputError(path, "cannot be replaced: \(cause)", remedy: "choose another name or folder")
    }
  }

  /// What will have the new content: the file behind a link, or one that is not there yet; nil for what is no file.
  private static func target(of path: String) -> String? {
    var status = stat()
    guard stat(path, &status) == 0 else { return path }
    guard status.st_mode & S_IFMT == S_IFREG else { return nil }
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private static func open(
    _ path: String, called name: String, _ options: FileDescriptor.OpenOptions
  ) throws -> FileDescriptor {
    do {
      return try .open(
        FilePath(path), .writeOnly, options: options, permissions: [.ownerReadWrite, .groupRead, .otherRead])
    } catch {
      throw InputError(
        name, "cannot be created: \(error as? Errno ?? .ioError)", remedy: "choose another name or folder")
    }
  }
}
