public import SystemPackage

/// Why output could not be written.
public enum OutputError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Whoever read the pipe has gone: a quiet end, not a failure.
  case closed(String)
  /// A full disk, a device that is gone: thing, cause, way out.
  case failed(InputError)

  /// One line for people.
  public var description: String {
    switch self {
    case .closed(let thing): "\(thing): nobody reads it any more"
    case .failed(let error): error.description
    }
  }
}

/// Where bytes go: a file, a pipe or memory.
public protocol ByteSink: Sendable {
  /// What errors call it.
  var name: String { get }
  /// Writes all of `bytes`, or throws. After a failure none of them stay where the medium can take them back.
  mutating func write(_ bytes: Span<UInt8>) throws(OutputError)
}

extension ByteSink {
  /// Writes a buffer and empties it; after an error it is empty all the same, so that nothing is written twice.
  public mutating func drain(_ pending: inout [UInt8]) throws(OutputError) {
    defer { pending.removeAll(keepingCapacity: true) }
    if !pending.isEmpty { try write(pending.span) }
  }
}

/// A sink over an open descriptor. The caller owns the descriptor and closes it, and ignores SIGPIPE.
public struct DescriptorSink: ByteSink {
  public let name: String
  private let descriptor: FileDescriptor

  public init(_ descriptor: FileDescriptor, name: String) {
    self.descriptor = descriptor
    self.name = name
  }

  public mutating func write(_ bytes: Span<UInt8>) throws(OutputError) {
    let descriptor = descriptor
    var written = 0
    do {
      try bytes.withUnsafeBytes { buffer in
        while written < buffer.count {
          written += try descriptor.write(UnsafeRawBufferPointer(rebasing: buffer[written...]))
        }
      }
    } catch {
      takeBack(written)
      throw failure(error)
    }
  }

  /// Cuts a file back to where the failed write began, so that it ends with something whole.
  private func takeBack(_ count: Int) {
    guard count > 0, let end = try? descriptor.seek(offset: 0, from: .current) else { return }
    let start = max(0, end - Int64(count))
    guard (try? descriptor.resize(to: start)) != nil else { return }
    _ = try? descriptor.seek(offset: start, from: .start)
  }

  private func failure(_ error: any Error) -> OutputError {
    switch error as? Errno {
    case .brokenPipe?: .closed(name)
    case .noSpace?:
      .failed(InputError(name, "the disk is full", remedy: "what was written before is kept and readable"))
    default: .failed(InputError(name, "cannot be written: \(error)"))
    }
  }
}

/// A sink in memory; a test gives it a capacity to see what a full disk does.
public struct MemorySink: ByteSink {
  public let name = "memory"
  /// What was written.
  public private(set) var bytes: [UInt8] = []
  private let capacity: Int

  public init(capacity: Int = .max) { self.capacity = capacity }

  public mutating func write(_ new: Span<UInt8>) throws(OutputError) {
    let room = min(new.count, capacity - bytes.count)
    new.extracting(0..<room).withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
    guard room == new.count else { throw .failed(InputError(name, "is full")) }
  }
}
