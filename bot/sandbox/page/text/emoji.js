/* Slack's short names of the common emoji. An unknown name stays as it is typed. */

const TABLE = `
white_check_mark ✅ heavy_check_mark ✔️ ballot_box_with_check ☑️ x ❌ negative_squared_cross_mark ❎
heavy_multiplication_x ✖️ warning ⚠️ no_entry ⛔ no_entry_sign 🚫 octagonal_sign 🛑 rotating_light 🚨
construction 🚧 exclamation ❗ question ❓ bangbang ‼️ hourglass ⌛ hourglass_flowing_sand ⏳ clock1 🕐
clock3 🕒 clock9 🕘 alarm_clock ⏰ stopwatch ⏱️ timer_clock ⏲️ watch ⌚ calendar 📆 date 📅
spiral_calendar_pad 🗓️ sunrise 🌅 sunny ☀️ zap ⚡ fire 🔥 sparkles ✨ star ⭐ star2 🌟 tada 🎉 boom 💥
large_green_circle 🟢 large_yellow_circle 🟡 large_orange_circle 🟠 red_circle 🔴 large_blue_circle 🔵
white_circle ⚪ black_circle ⚫ large_green_square 🟩 large_yellow_square 🟨 large_red_square 🟥
large_blue_square 🟦 white_square_button 🔳 small_blue_diamond 🔹 arrow_up ⬆️ arrow_down ⬇️
arrow_right ➡️ arrow_left ⬅️ arrow_upper_right ↗️ arrow_lower_right ↘️ left_right_arrow ↔️
small_red_triangle 🔺 small_red_triangle_down 🔻 arrows_counterclockwise 🔄 repeat 🔁 rewind ⏪ back 🔙
end 🔚 new 🆕 free 🆓 up 🆙 leftwards_arrow_with_hook ↩️ arrow_right_hook ↪️ fast_forward ⏩
double_vertical_bar ⏸️ arrow_forward ▶️ black_square_for_stop ⏹️ heavy_plus_sign ➕
heavy_minus_sign ➖ heavy_division_sign ➗ infinity ♾️ recycle ♻️ information_source ℹ️ bulb 💡 bell 🔔
no_bell 🔕 lock 🔒 unlock 🔓 closed_lock_with_key 🔐 key 🔑 shield 🛡️ mag 🔍 mag_right 🔎 gear ⚙️ wrench 🔧
hammer 🔨 hammer_and_wrench 🛠️ link 🔗 paperclip 📎 pushpin 📌 round_pushpin 📍 label 🏷️ bookmark 🔖
memo 📝 pencil 📝 pencil2 ✏️ clipboard 📋 page_facing_up 📄 scroll 📜 ledger 📒 notebook 📓 books 📚
card_index 📇 card_file_box 🗃️ file_folder 📁 open_file_folder 📂 wastebasket 🗑️ package 📦
inbox_tray 📥 outbox_tray 📤 floppy_disk 💾 bar_chart 📊 chart_with_upwards_trend 📈
chart_with_downwards_trend 📉 receipt 🧾 email 📧 envelope ✉️ incoming_envelope 📨 speech_balloon 💬
thought_balloon 💭 mega 📣 loudspeaker 📢 telephone ☎️ computer 💻 robot_face 🤖 bust_in_silhouette 👤
busts_in_silhouette 👥 technologist 🧑‍💻 detective 🕵️ ghost 👻 eyes 👀 eye 👁️ brain 🧠 wave 👋
raised_hands 🙌 clap 👏 pray 🙏 thumbsup 👍 +1 👍 thumbsdown 👎 -1 👎 ok_hand 👌 point_right 👉 point_left 👈
point_up ☝️ point_down 👇 raised_hand ✋ hand ✋ handshake 🤝 muscle 💪 v ✌️ crossed_fingers 🤞
writing_hand ✍️ ok 🆗 sos 🆘 100 💯 smile 😄 smiley 😃 grinning 😀 slightly_smiling_face 🙂 wink 😉 blush 😊
joy 😂 heart_eyes 😍 thinking_face 🤔 neutral_face 😐 cry 😢 sob 😭 sweat_smile 😅 scream 😱 sunglasses 😎
face_with_monocle 🧐 shrug 🤷 facepalm 🤦 partying_face 🥳 heart ❤️ green_heart 💚 blue_heart 💙
yellow_heart 💛 purple_heart 💜 broken_heart 💔 shopping_trolley 🛒 shopping_bags 🛍️ gift 🎁 ticket 🎫
credit_card 💳 moneybag 💰 money_with_wings 💸 dollar 💵 convenience_store 🏪 department_store 🏬 crown 👑
gem 💎 trophy 🏆 medal 🏅 dart 🎯 game_die 🎲 rocket 🚀 seedling 🌱 herb 🌿 snowflake ❄️ rainbow 🌈 coffee ☕
cake 🍰 earth_africa 🌍 globe_with_meridians 🌐 broom 🧹 scissors ✂️ electric_plug 🔌 battery 🔋
satellite 🛰️ test_tube 🧪 microscope 🔬 adhesive_bandage 🩹 skull 💀 bug 🐛 ladybug 🐞 one 1️⃣ two 2️⃣
three 3️⃣ four 4️⃣ five 5️⃣ six 6️⃣ seven 7️⃣ eight 8️⃣ nine 9️⃣ keycap_ten 🔟 zero 0️⃣ hash #️⃣
`;

const words = TABLE.trim().split(/\s+/);
const BY_NAME = new Map(words.flatMap((word, index) => (index % 2 ? [] : [[word, words[index + 1]]])));

/** The picture for a short name without its colons, or null. A skin tone is left out. */
export function emojiOf(name) {
  return BY_NAME.get(name.split("::")[0]) ?? null;
}

/** Text with every known :name: replaced. */
export function withEmoji(text) {
  return text.replace(/:([a-z0-9_+-]+):(?::skin-tone-\d:)?/g, (whole, name) => emojiOf(name) ?? whole);
}
