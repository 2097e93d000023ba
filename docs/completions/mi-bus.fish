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
            __mi-bus_parse_subcommand -r 1 'baud=' 'logic=' 'profile=' 'link=+' 'pause=' 't/time=' 'ns' 'json' 'raw' 'changes' 'summary' 'color=' 'from=+' 'to=+' 'cmd=+' 'reg=+' 'sender=+' 'match=+' 'count=' 'token=+' 'private-key=+' 'app-key=' 'app-iv=' 'dev-key=' 'dev-iv=' 'name=+' 'for=' 'write=' 'version' 'h/help'
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
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_positional "mi-bus" -eq 1' -fa 'ports' -d 'List serial adapters.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_positional "mi-bus" -eq 1' -fa 'profiles' -d 'List scooter families, or check a profile of your own.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_positional "mi-bus" -eq 1' -fa 'help' -d 'Show subcommand help information.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff" baud' -l 'baud' -d 'Bits a second; found by itself on recordings, 115200 on ports.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff" logic' -l 'logic' -d 'Standard input is samples of a logic analyser at this rate.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff" profile' -l 'profile' -d 'Scooter family, or a profile file; \'mi-bus profiles\' lists them.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff"' -l 'link' -d 'The wire of each tap: esc-ble or esc-bms.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff" pause' -l 'pause' -d 'Idle milliseconds inside a frame that end it.' -rfka ''
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff" t time' -s 't' -l 'time' -d 'Times: a Unix seconds, d since the line before, z since the start, i ISO 8601, n none.' -rfka 'a d z i n'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff" ns' -l 'ns' -d 'Nine digits behind the second instead of six.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff" json' -l 'json' -d 'JSON Lines, one object for each thing on the bus.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff" raw' -l 'raw' -d 'Bytes only, without names and values.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff" changes' -l 'changes' -d 'Only frames whose data differ from the last time.'
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus sniff" summary' -l 'summary' -d 'No lines, only the summary at the end.'
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
complete -c 'mi-bus' -n '__mi-bus_should_offer_completions_for_flags_or_options "mi-bus help" version' -l 'version' -d 'Show the version.'
