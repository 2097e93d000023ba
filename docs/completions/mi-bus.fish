function __mi-bus_should_offer_completions_for_flags_or_options -a expected_commands
    set -l non_repeating_flags_or_options $argv[2..]
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __mi-bus_parse_tokens
    test "$commands" = "$expected_commands"; and return $non_repeating_flags_or_options_absent
end

function __mi-bus_should_offer_completions_for_positional -a expected_commands positional_index_comparison expected_positional_index
    set -l non_repeating_flags_or_options
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __mi-bus_parse_tokens
    test "$commands" = "$expected_commands" -a \( "$positional_index" "$positional_index_comparison" "$expected_positional_index" \)
end

function __mi-bus_parse_tokens -S
    set -l unparsed_tokens (__mi-bus_tokens -pc)
    switch $unparsed_tokens[1]
    case 'mi-bus'
        __mi-bus_parse_subcommand 0 'version' 'h/help'
        switch $unparsed_tokens[1]
        case 'sniff'
            __mi-bus_parse_subcommand -r 1 'baud=' 'logic=' 'unitsize=' 'profile=' 'link=+' 'pause=' 't/time=' 'ns' 'json' 'raw' 'changes' 'summary' 'explain' 'color=' 'from=+' 'to=+' 'cmd=+' 'reg=+' 'sender=+' 'match=+' 'count=' 'token=+' 'private-key=+' 'app-key=' 'app-iv=' 'dev-key=' 'dev-iv=' 'name=+' 'for=' 'write=' 'version' 'h/help'
        case 'monitor'
            __mi-bus_parse_subcommand -r 1 'baud=' 'logic=' 'unitsize=' 'profile=' 'link=+' 'pause=' 'speed=' 'for=' 'color=' 'version' 'h/help'
        case 'diagnose'
            __mi-bus_parse_subcommand -r 1 'baud=' 'logic=' 'unitsize=' 'profile=' 'link=+' 'pause=' 'token=+' 'private-key=+' 'app-key=' 'app-iv=' 'dev-key=' 'dev-iv=' 'name=+' 'for=' 'json' 'color=' 'html=' 'perfetto=' 'version' 'h/help'
        case 'timeline'
            __mi-bus_parse_subcommand -r 1 'baud=' 'logic=' 'unitsize=' 'profile=' 'link=+' 'pause=' 'token=+' 'private-key=+' 'app-key=' 'app-iv=' 'dev-key=' 'dev-iv=' 'name=+' 'from=' 'to=' 'around=' 'json' 'color=' 'version' 'h/help'
        case 'senders'
            __mi-bus_parse_subcommand -r 1 'baud=' 'logic=' 'unitsize=' 'profile=' 'link=+' 'pause=' 'for=' 'json' 'color=' 'save=' 'load=' 'plot=' 'version' 'h/help'
        case 'ports'
            __mi-bus_parse_subcommand 0 'json' 'version' 'h/help'
        case 'profiles'
            __mi-bus_parse_subcommand 0 'version' 'h/help'
            switch $unparsed_tokens[1]
            case 'list'
                __mi-bus_parse_subcommand 0 'version' 'h/help'
            case 'check'
                __mi-bus_parse_subcommand 1 'version' 'h/help'
            end
        case 'simulate'
            __mi-bus_parse_subcommand 1 'list' 'seed=' 'for=' 'start=' 'write=+' 'adapter=' 'line=+' 'rate=' 'ble=' 'token=' 'clock-offset=' 'clock-drift=' 'interval=' 'truth=' 'version' 'h/help'
        case 'help'
            __mi-bus_parse_subcommand -r 1 'version'
        end
    end
end

function __mi-bus_tokens
    if test (string split -m 1 -f 1 -- . "$FISH_VERSION") -gt 3
        commandline --tokens-raw $argv
    else
        commandline -o $argv
    end
end

function __mi-bus_parse_subcommand -S -a positional_count
    argparse -s r -- $argv
    set -l option_specs $argv[2..]
    set -l is_repeating_positional $_flag_r
    set -el _flag_r
    set -a commands $unparsed_tokens[1]
    set positional_index 0
    while true
        set -e unparsed_tokens[1]
        argparse -sn "$commands" $option_specs -- $unparsed_tokens 2> /dev/null
        set unparsed_tokens $argv
        set positional_index (math $positional_index + 1)
        for non_repeating_flag_or_option in $non_repeating_flags_or_options
            if set -ql "_flag_$(string replace -a - _ -- $non_repeating_flag_or_option)"
                set non_repeating_flags_or_options_absent 1
                break
            end
        end
        test (count $unparsed_tokens) -eq 0 -o \( -z "$is_repeating_positional" -a "$positional_index" -gt "$positional_count" \) && break
    end
end

function __mi-bus_complete_directories
    set -l token (commandline -t)
    string match -- '*/' $token
    set -l subdirs $token*/
    printf %s\n $subdirs
end

function __mi-bus_custom_completion
    set -x SAP_SHELL fish
    set -x SAP_SHELL_VERSION $FISH_VERSION
    set -l tokens (__mi-bus_tokens -p)
    if test -z "$(__mi-bus_tokens -t)"
        set -l index (count (__mi-bus_tokens -pc))
        set tokens $tokens[..$index] \'\' $tokens[(math $index + 1)..]
    end
    command $tokens[1] $argv $tokens
end

complete -c 'mi-bus' -f
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus" version' -l 'version' -d 'Show the version.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_positional "mi-bus" -eq 1' -fa 'sniff' -d 'Show what goes over the wire.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_positional "mi-bus" -eq 1' -fa 'monitor' -d 'Watch the bus on the whole screen, one row for each kind of message.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_positional "mi-bus" -eq 1' -fa 'diagnose' -d 'Say which device injects messages, with the evidence.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_positional "mi-bus" -eq 1' -fa 'timeline' -d 'Show bus and phone side by side on one clock.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_positional "mi-bus" -eq 1' -fa 'senders' -d 'Tell who transmits on the wire, and by what they are told apart.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_positional "mi-bus" -eq 1' -fa 'ports' -d 'List serial adapters.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_positional "mi-bus" -eq 1' -fa 'profiles' -d 'List scooter families, or check a profile of your own.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_positional "mi-bus" -eq 1' -fa 'simulate' -d 'Write recordings of the built-in scooter, its phone\'s log and the truth about both.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_positional "mi-bus" -eq 1' -fa 'help' -d 'Show subcommand help information.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff" baud' -l 'baud' -d 'Bits a second; found by itself on recordings, 115200 on ports.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff" logic' -l 'logic' -d 'The source is samples of a logic analyser at this rate, as \'sigrok-cli -O binary\' writes them.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff" unitsize' -l 'unitsize' -d 'Bytes a sample of --logic: 1 for up to 8 channels, 2 for up to 16.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff" profile' -l 'profile' -d 'Scooter family, or a profile file; \'mi-bus profiles\' lists them.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff"' -l 'link' -d 'The wire of each tap: esc-ble or esc-bms.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff" pause' -l 'pause' -d 'Idle milliseconds inside a frame that end it.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff" t time' -s 't' -l 'time' -d 'Times: a Unix seconds, d since the line before, z since the start, i ISO 8601, n none.' -rfka 'a d z i n'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff" ns' -l 'ns' -d 'Nine digits behind the second instead of six.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff" json' -l 'json' -d 'JSON Lines, one object for each thing on the bus.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff" raw' -l 'raw' -d 'Bytes only, without names and values.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff" changes' -l 'changes' -d 'Only frames whose data differ from the last time.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff" summary' -l 'summary' -d 'No lines, only the summary at the end.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff" explain' -l 'explain' -d 'Under each frame, why it was given to its sender; with --json a votes object.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff" color' -l 'color' -d 'Colour: auto, always or never.' -rfka 'auto always never'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff"' -l 'from' -d 'Only frames that say they come from this device.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff"' -l 'to' -d 'Only frames that say they go to this device.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff"' -l 'cmd' -d 'Only this command, hexadecimal.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff"' -l 'reg' -d 'Only this register, hexadecimal.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff"' -l 'sender' -d 'Only frames that this device sent: esc, ble, bms, dash1, unknown.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff"' -l 'match' -d 'Bytes from the address on, under a mask: 2061:ffff; ~ instead of : inverts.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff" count' -l 'count' -d 'End after so many lines.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff"' -l 'token' -d 'Token file of a registration: 12 bytes, raw or hexadecimal.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff"' -l 'private-key' -d 'File with the app\'s private key, where the log holds its registration.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff" app-key' -l 'app-key' -d 'Session key of the app\'s messages, hexadecimal.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff" app-iv' -l 'app-iv' -d 'Its iv.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff" dev-key' -l 'dev-key' -d 'Session key of the scooter\'s messages, hexadecimal.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff" dev-iv' -l 'dev-iv' -d 'Its iv.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff"' -l 'name' -d 'The scooter\'s Bluetooth name, for NinebotCrypto, where the log lacks it.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff" for' -l 'for' -d 'End after this time: 10s, 2m, 1h.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff" write' -l 'write' -d 'Store everything here: .pcapng, .txt or .log for the text log, .bin for bytes.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff" version' -l 'version' -d 'Show the version.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus monitor" baud' -l 'baud' -d 'Bits a second; found by itself on recordings, 115200 on ports.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus monitor" logic' -l 'logic' -d 'The source is samples of a logic analyser at this rate, as \'sigrok-cli -O binary\' writes them.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus monitor" unitsize' -l 'unitsize' -d 'Bytes a sample of --logic: 1 for up to 8 channels, 2 for up to 16.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus monitor" profile' -l 'profile' -d 'Scooter family, or a profile file; \'mi-bus profiles\' lists them.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus monitor"' -l 'link' -d 'The wire of each tap: esc-ble or esc-bms.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus monitor" pause' -l 'pause' -d 'Idle milliseconds inside a frame that end it.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus monitor" speed' -l 'speed' -d 'Play a recording so many times as fast.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus monitor" for' -l 'for' -d 'End after this time: 10s, 2m, 1h.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus monitor" color' -l 'color' -d 'Colour: auto, always or never.' -rfka 'auto always never'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus monitor" version' -l 'version' -d 'Show the version.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus monitor" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus diagnose" baud' -l 'baud' -d 'Bits a second; found by itself on recordings, 115200 on ports.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus diagnose" logic' -l 'logic' -d 'The source is samples of a logic analyser at this rate, as \'sigrok-cli -O binary\' writes them.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus diagnose" unitsize' -l 'unitsize' -d 'Bytes a sample of --logic: 1 for up to 8 channels, 2 for up to 16.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus diagnose" profile' -l 'profile' -d 'Scooter family, or a profile file; \'mi-bus profiles\' lists them.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus diagnose"' -l 'link' -d 'The wire of each tap: esc-ble or esc-bms.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus diagnose" pause' -l 'pause' -d 'Idle milliseconds inside a frame that end it.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus diagnose"' -l 'token' -d 'Token file of a registration: 12 bytes, raw or hexadecimal.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus diagnose"' -l 'private-key' -d 'File with the app\'s private key, where the log holds its registration.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus diagnose" app-key' -l 'app-key' -d 'Session key of the app\'s messages, hexadecimal.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus diagnose" app-iv' -l 'app-iv' -d 'Its iv.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus diagnose" dev-key' -l 'dev-key' -d 'Session key of the scooter\'s messages, hexadecimal.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus diagnose" dev-iv' -l 'dev-iv' -d 'Its iv.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus diagnose"' -l 'name' -d 'The scooter\'s Bluetooth name, for NinebotCrypto, where the log lacks it.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus diagnose" for' -l 'for' -d 'End a live capture after this time.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus diagnose" json' -l 'json' -d 'One JSON object of kind verdict.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus diagnose" color' -l 'color' -d 'Colour: auto, always or never.' -rfka 'auto always never'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus diagnose" html' -l 'html' -d 'Write a page that explains it, with the time line.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus diagnose" perfetto' -l 'perfetto' -d 'Write a trace for ui.perfetto.dev.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus diagnose" version' -l 'version' -d 'Show the version.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus diagnose" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus timeline" baud' -l 'baud' -d 'Bits a second; found by itself on recordings, 115200 on ports.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus timeline" logic' -l 'logic' -d 'The source is samples of a logic analyser at this rate, as \'sigrok-cli -O binary\' writes them.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus timeline" unitsize' -l 'unitsize' -d 'Bytes a sample of --logic: 1 for up to 8 channels, 2 for up to 16.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus timeline" profile' -l 'profile' -d 'Scooter family, or a profile file; \'mi-bus profiles\' lists them.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus timeline"' -l 'link' -d 'The wire of each tap: esc-ble or esc-bms.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus timeline" pause' -l 'pause' -d 'Idle milliseconds inside a frame that end it.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus timeline"' -l 'token' -d 'Token file of a registration: 12 bytes, raw or hexadecimal.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus timeline"' -l 'private-key' -d 'File with the app\'s private key, where the log holds its registration.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus timeline" app-key' -l 'app-key' -d 'Session key of the app\'s messages, hexadecimal.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus timeline" app-iv' -l 'app-iv' -d 'Its iv.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus timeline" dev-key' -l 'dev-key' -d 'Session key of the scooter\'s messages, hexadecimal.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus timeline" dev-iv' -l 'dev-iv' -d 'Its iv.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus timeline"' -l 'name' -d 'The scooter\'s Bluetooth name, for NinebotCrypto, where the log lacks it.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus timeline" from' -l 'from' -d 'Only from this time on, since the start of the bus capture: 90s, 2m.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus timeline" to' -l 'to' -d 'Only up to this time.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus timeline" around' -l 'around' -d 'Only a second to either side of this time.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus timeline" json' -l 'json' -d 'JSON Lines, one object for each item, and the verdict last.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus timeline" color' -l 'color' -d 'Colour: auto, always or never.' -rfka 'auto always never'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus timeline" version' -l 'version' -d 'Show the version.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus timeline" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus senders" baud' -l 'baud' -d 'Bits a second; found by itself on recordings, 115200 on ports.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus senders" logic' -l 'logic' -d 'The source is samples of a logic analyser at this rate, as \'sigrok-cli -O binary\' writes them.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus senders" unitsize' -l 'unitsize' -d 'Bytes a sample of --logic: 1 for up to 8 channels, 2 for up to 16.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus senders" profile' -l 'profile' -d 'Scooter family, or a profile file; \'mi-bus profiles\' lists them.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus senders"' -l 'link' -d 'The wire of each tap: esc-ble or esc-bms.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus senders" pause' -l 'pause' -d 'Idle milliseconds inside a frame that end it.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus senders" for' -l 'for' -d 'End after this time: 10s, 2m, 1h.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus senders" json' -l 'json' -d 'One JSON object for each transmitter.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus senders" color' -l 'color' -d 'Colour: auto, always or never.' -rfka 'auto always never'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus senders" save' -l 'save' -d 'Keep the fingerprints in this file.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus senders" load' -l 'load' -d 'Fingerprints of an earlier capture: like devices get their names.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus senders" plot' -l 'plot' -d 'Draw pitch and clock of each frame into this SVG file.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus senders" version' -l 'version' -d 'Show the version.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus senders" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus ports" json' -l 'json' -d 'One JSON object for each adapter.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus ports" version' -l 'version' -d 'Show the version.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus ports" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus profiles" version' -l 'version' -d 'Show the version.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus profiles" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_positional "mi-bus profiles" -eq 1' -fa 'list' -d 'List the profiles that --profile knows.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_positional "mi-bus profiles" -eq 1' -fa 'check' -d 'Find what is wrong with a profile file.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus profiles list" version' -l 'version' -d 'Show the version.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus profiles list" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus profiles check" version' -l 'version' -d 'Show the version.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus profiles check" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus simulate" list' -l 'list' -d 'List the scenarios.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus simulate" seed' -l 'seed' -d 'What everything random comes from.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus simulate" for' -l 'for' -d 'How long: 10s, 2m, 1h.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus simulate" start' -l 'start' -d 'Unix time of the begin, in seconds.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus simulate"' -l 'write' -d 'Record the bus here: .pcapng, .txt, .log, .bin (bytes), .csv (timed bytes), .vcd (edges), .raw (samples).' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus simulate" adapter' -l 'adapter' -d 'What the bytes are recorded with: edges, bytes, ftdi-16ms, ftdi-1ms, cp210x, ch340, pl011.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus simulate"' -l 'line' -d 'Wires to record: esc_ble, esc_to_bms, bms_to_esc.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus simulate" rate' -l 'rate' -d 'Samples a second of .raw.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus simulate" ble' -l 'ble' -d 'Write the phone\'s HCI log here, as btsnoop.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus simulate" token' -l 'token' -d 'Write the phone\'s token here, for sniff --token.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus simulate" clock-offset' -l 'clock-offset' -d 'How far the phone\'s clock is ahead of the bus\'s.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus simulate" clock-drift' -l 'clock-drift' -d 'How much faster the phone\'s clock runs.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus simulate" interval' -l 'interval' -d 'Connection interval, 7.5 to 50: notifications wait for the next event. By default they come as the scenario has it.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus simulate" truth' -l 'truth' -d 'Write who really sent what, as JSON Lines.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus simulate" version' -l 'version' -d 'Show the version.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus simulate" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus help" version' -l 'version' -d 'Show the version.'
