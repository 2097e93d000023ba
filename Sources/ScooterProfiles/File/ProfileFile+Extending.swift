import NinebotBus

extension ProfileFile {
  /// The whole description: the extended profile's entries, changed by this file's.
  ///
  /// An entry of the same address, command, register or error code replaces the older one; a frame replaces the
  /// one with the same command, speaker, direction and payload length. Timing is taken over figure by figure.
  func description(extending base: ProfileDescription) -> ProfileDescription {
    var result = base
    let own = description
    result.name = own.name
    result.title = own.title.isEmpty ? base.title : own.title
    for (link, addresses) in own.addresses { result.addresses[link, default: [:]].merge(addresses) { $1 } }
    result.ninebotAddresses.merge(own.ninebotAddresses) { $1 }
    result.commands.merge(own.commands) { $1 }
    result.ninebotCommands.merge(own.ninebotCommands) { $1 }
    result.sameRegisters.merge(own.sameRegisters) { $1 }
    result.errors.merge(own.errors) { $1 }
    for layout in own.layouts {
      result.layouts.removeAll {
        $0.command == layout.command && $0.from == layout.from && $0.isReply == layout.isReply
          && $0.payload == layout.payload
      }
      result.layouts.append(layout)
    }
    extendRegisters(of: &result)
    extendTiming(of: &result.timing)
    return result
  }

  private func extendRegisters(of result: inout ProfileDescription) {
    for key in removed { result.registers[key.role]?[key.register] = nil }
    for (role, registers) in description.registers {
      var merged = result.registers[role] ?? [:]
      for (number, fields) in registers {
        // What this file's register covers is no longer what the base said of it.
        for word in 0..<max(1, Self.words(fields)) where Int(number) + word <= 255 {
          merged[number + UInt8(word)] = nil
        }
        for (older, covered) in merged where older < number && Int(older) + Self.words(covered) > Int(number) {
          merged[older] = nil
        }
      }
      result.registers[role] = merged.merging(registers) { $1 }
    }
  }

  private func extendTiming(of timing: inout TimingBeliefs) {
    let own = description.timing
    timing.slot = own.slot ?? timing.slot
    timing.displayPeriod = own.displayPeriod ?? timing.displayPeriod
    timing.replyDelay.merge(own.replyDelay) { $1 }
    for transmitter in own.transmitters {
      timing.transmitters.removeAll { $0.role == transmitter.role && $0.link == transmitter.link }
      timing.transmitters.append(transmitter)
    }
  }

  /// Registers that the fields cover.
  static func words(_ fields: [ProfileDescription.FieldText]) -> Int {
    ((fields.map { Int($0.field.offset) + Int($0.field.size) }.max() ?? 0) + 1) / 2
  }
}
