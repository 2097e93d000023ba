import CSerial
public import NinebotBus

/// How a tty treats its line and its bytes: the kernel's `termios2`.
public struct LineSettings: Hashable, Sendable {
  /// `c_iflag`.
  public var inputFlags: UInt32 = 0
  /// `c_oflag`.
  public var outputFlags: UInt32 = 0
  /// `c_cflag`.
  public var controlFlags: UInt32 = 0
  /// `c_lflag`.
  public var localFlags: UInt32 = 0
  /// `c_line`.
  public var discipline: UInt8 = 0
  /// The control characters (`c_cc`), 19 of them.
  public internal(set) var characters = [UInt8](repeating: 0, count: 19)
  /// Bits a second, received.
  public var inputRate: UInt32 = 0
  /// Bits a second, sent.
  public var outputRate: UInt32 = 0

  public init() {}

  /// These settings, changed to raw 8N1 at a rate.
  ///
  /// Faults stay in the stream: a byte with a bad stop or parity bit comes as `FF 00 byte`, a break as `FF 00 00`,
  /// a plain FF as `FF FF` (termios(3), PARMRK). With VMIN 1 a read that gives nothing can only be a hang-up.
  /// HUPCL is off and hardware flow control too, so that DTR and RTS stay as the driver set them at open.
  public func raw(at baud: Baud, markingFaults: Bool = true) -> LineSettings {
    var line = self
    line.inputFlags &= ~Self.rewriting
    line.inputFlags &= ~(cserial_parmrk | cserial_inpck)
    if markingFaults { line.inputFlags |= cserial_parmrk | cserial_inpck }
    line.outputFlags &= ~cserial_opost
    line.localFlags &= ~(cserial_isig | cserial_icanon | cserial_echo | cserial_echonl | cserial_iexten)
    line.controlFlags &= ~Self.framing
    line.controlFlags |= cserial_cs8 | cserial_cread | cserial_clocal | cserial_bother
    line.inputRate = UInt32(clamping: baud.rate)
    line.outputRate = UInt32(clamping: baud.rate)
    line.characters[Int(cserial_vmin)] = 1
    line.characters[Int(cserial_vtime)] = 0
    return line
  }

  /// Whether faults are marked and nothing else touches the bytes.
  public var marksFaults: Bool {
    inputFlags & (cserial_parmrk | cserial_inpck | Self.rewriting) == cserial_parmrk | cserial_inpck
  }

  /// Whether DTR falls at the last close.
  public var hangsUpAtClose: Bool { controlFlags & cserial_hupcl != 0 }

  /// What hides faults or changes bytes on their way in.
  private static let rewriting =
    cserial_ignbrk | cserial_brkint | cserial_ignpar | cserial_istrip | cserial_inlcr | cserial_igncr | cserial_icrnl
    | cserial_iuclc | cserial_ixon | cserial_ixoff | cserial_ixany | cserial_imaxbel

  private static let framing =
    cserial_csize | cserial_cstopb | cserial_parenb | cserial_parodd | cserial_cmspar | cserial_crtscts | cserial_hupcl
    | cserial_cbaud | cserial_cibaud
}

extension LineSettings {
  init(_ line: cserial_line) {
    var line = line
    inputFlags = line.iflag
    outputFlags = line.oflag
    controlFlags = line.cflag
    localFlags = line.lflag
    discipline = line.discipline
    inputRate = line.ispeed
    outputRate = line.ospeed
    characters = withUnsafeBytes(of: &line.cc) { Array($0) }
  }

  var kernel: cserial_line {
    var line = cserial_line()
    line.iflag = inputFlags
    line.oflag = outputFlags
    line.cflag = controlFlags
    line.lflag = localFlags
    line.discipline = discipline
    line.ispeed = inputRate
    line.ospeed = outputRate
    withUnsafeMutableBytes(of: &line.cc) { $0.copyBytes(from: characters.prefix($0.count)) }
    return line
  }
}
