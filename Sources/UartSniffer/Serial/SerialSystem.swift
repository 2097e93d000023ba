public import SystemPackage

/// The system calls of a serial port, one to one, so that a test can stand in for the kernel.
///
/// Nothing here retries, waits or decides; `SerialPort` does. Errors are the kernel's numbers.
public protocol SerialSystem: Sendable {
  /// Opens without waiting and without making the tty the controlling one (O_NOCTTY, O_NONBLOCK, O_CLOEXEC).
  func open(_ path: String, _ mode: PortMode) throws(Errno) -> FileDescriptor
  func close(_ descriptor: FileDescriptor)
  func read(_ descriptor: FileDescriptor, into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Int
  func write(_ descriptor: FileDescriptor, _ bytes: UnsafeRawBufferPointer) throws(Errno) -> Int
  /// Waits until a descriptor has something to tell; 0 milliseconds look only. Fills in what each has.
  func poll(_ entries: inout [PollEntry], milliseconds: Int32) throws(Errno)

  /// What a path is, without opening it.
  func status(of path: String) throws(Errno) -> NodeStatus
  /// An attribute file of the tty in sysfs, below its `device` folder: without white space at the ends, or nil.
  func attribute(_ name: String, of node: NodeStatus) -> String?
  /// The tty's name (`ttyUSB0`) and its driver's (`ftdi_sio`), where sysfs has them.
  func identity(of node: NodeStatus) -> (name: String?, driver: String?)
  /// The name of a group.
  func groupName(_ identifier: UInt32) -> String?

  /// An advisory lock (flock) that other serial programs respect; EWOULDBLOCK where one holds it.
  func lock(_ descriptor: FileDescriptor) throws(Errno)
  /// Keeps other programs from opening the tty, or lets them again (TIOCEXCL, TIOCNXCL).
  func setExclusive(_ descriptor: FileDescriptor, _ on: Bool) throws(Errno)
  func line(_ descriptor: FileDescriptor) throws(Errno) -> LineSettings
  func setLine(_ descriptor: FileDescriptor, _ settings: LineSettings) throws(Errno)
  func counters(_ descriptor: FileDescriptor) throws(Errno) -> LineCounters
  func lowLatency(_ descriptor: FileDescriptor) throws(Errno) -> Bool
  func setLowLatency(_ descriptor: FileDescriptor, _ on: Bool) throws(Errno)
  func discardInput(_ descriptor: FileDescriptor) throws(Errno)

  /// Nanoseconds on CLOCK_MONOTONIC.
  func now() -> Int64
  /// Nanoseconds since 1970.
  func unixTime() -> Int64
}

/// What a port is opened for.
public enum PortMode: Hashable, Sendable {
  /// Only to listen: the kernel itself refuses every write.
  case listen
  /// To listen and to send; never for sniffing.
  case exchange
}

/// One descriptor to wait for, and what came of it.
public struct PollEntry: Hashable, Sendable {
  public var descriptor: FileDescriptor
  /// Whether to wait for room to write instead of bytes to read.
  public var forWriting: Bool
  /// There are bytes, or room.
  public var ready = false
  /// The other side is gone; what it left can still be read.
  public var hangUp = false

  public init(_ descriptor: FileDescriptor, forWriting: Bool = false) {
    self.descriptor = descriptor
    self.forWriting = forWriting
  }
}

/// What a path in the file system is.
public struct NodeStatus: Hashable, Sendable {
  public enum Kind: Hashable, Sendable { case characterDevice, directory, other }
  public var kind: Kind
  /// The two parts of the device's number.
  public var major: UInt32
  public var minor: UInt32
  public var inode: UInt64
  /// The number of the group that owns it.
  public var group: UInt32
  /// Whether the group may read it.
  public var groupReads: Bool
  /// Whether this process may read it, by its own rights.
  public var readable: Bool

  public init(
    kind: Kind, major: UInt32 = 0, minor: UInt32 = 0, inode: UInt64 = 0, group: UInt32 = 0, groupReads: Bool = false,
    readable: Bool = true
  ) {
    self.kind = kind
    self.major = major
    self.minor = minor
    self.inode = inode
    self.group = group
    self.groupReads = groupReads
    self.readable = readable
  }

  /// Whether the node is the slave side of a pseudo terminal (majors 136 to 143, Linux devices.txt).
  public var isPseudoTerminal: Bool { kind == .characterDevice && (136...143).contains(major) }
}
