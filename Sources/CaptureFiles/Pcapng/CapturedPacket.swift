/// One packet of a pcapng or pcap file; its bytes lie in the reader's buffer until the next packet is read.
public struct CapturedPacket: Hashable, Sendable {
  /// Index in the reader's `interfaces`.
  public var interface: Int
  /// Unix time in nanoseconds; nil for simple packets, which have none.
  public var time: Int64?
  /// Where the captured bytes lie in the reader's `bytes`.
  public var data: Range<Int>
  /// Bytes that the packet had on the line; more than `data` when it was cut.
  public var originalLength: Int
  /// Direction and errors.
  public var flags: PacketFlags
  /// Where the block's options lie in the reader's `bytes`; for `PcapngOptions`.
  public var options: Range<Int>
  /// Where the first comment among the options lies in the reader's `bytes`; nil where there is none.
  public var comment: Range<Int>?
}

/// The flags word of a packet: direction and link-layer errors (pcapng specification, `epb_flags`).
public struct PacketFlags: OptionSet, Hashable, Sendable {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Received; direction is two bits, so neither set means unknown.
  public static let inbound = PacketFlags(rawValue: 1)
  /// Sent by the capturing side.
  public static let outbound = PacketFlags(rawValue: 2)
  /// The checksum is wrong.
  public static let checksumError = PacketFlags(rawValue: 1 << 24)
  public static let tooLong = PacketFlags(rawValue: 1 << 25)
  public static let tooShort = PacketFlags(rawValue: 1 << 26)
  public static let wrongGap = PacketFlags(rawValue: 1 << 27)
  public static let unaligned = PacketFlags(rawValue: 1 << 28)
  /// Start-of-frame delimiter error.
  public static let startError = PacketFlags(rawValue: 1 << 29)
  public static let preambleError = PacketFlags(rawValue: 1 << 30)
  /// A symbol could not be read: framing error, break, parity error.
  public static let symbolError = PacketFlags(rawValue: 1 << 31)
}

/// Where the packets of a capture file come from.
public struct CaptureInterface: Hashable, Sendable {
  public var linkType: LinkType
  /// `if_name`; empty where the file tells none.
  public var name: String
  /// `if_description`.
  public var description: String
  /// `if_speed` in bits a second.
  public var speed: UInt64?
  /// The most bytes kept of a packet; 0 is no limit.
  public var snapLength: UInt32
  /// `opt_comment`s, at most 16.
  public var comments: [String]
  /// Nanoseconds of one step of its clock, at least 1.
  public var resolution: Int64

  /// An interface with a nanosecond clock.
  public init(
    linkType: LinkType, name: String = "", description: String = "", speed: UInt64? = nil, snapLength: UInt32 = 0,
    comments: [String] = [], resolution: Int64 = 1
  ) {
    self.linkType = linkType
    self.name = name
    self.description = description
    self.speed = speed
    self.snapLength = snapLength
    self.comments = comments
    self.resolution = resolution
  }
}
